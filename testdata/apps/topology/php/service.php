<?php
// What a service does for one request is said in internal/topology/doc.go; this one is sent
// by a web server, by FastCGI. Its background work runs in the same process, after the response.

$log = fopen(getenv('TOPOLOGY_LOG'), 'a');
$curl = curl_init();
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);

// get asks with GET, reads the answer to its end and tells whether it was 200.
$get = function (string $address, string $path, array $headers = []) use ($curl, $log): bool {
    curl_setopt($curl, CURLOPT_URL, "http://$address$path");
    curl_setopt($curl, CURLOPT_HTTPHEADER, $headers);
    if (curl_exec($curl) === false) {
        return false;
    }
    fwrite($log, "sent $path\n");
    return curl_getinfo($curl, CURLINFO_RESPONSE_CODE) === 200;
};

// listed gives the items of a list in the environment.
$listed = fn (string $name): array => array_filter(explode(',', getenv($name) ?: ''), 'strlen');

$headers = [];
foreach ($listed('TOPOLOGY_FORWARD') as $name) {
    $value = $_SERVER['HTTP_' . strtr(strtoupper($name), '-', '_')] ?? null;
    if ($value !== null) {
        $headers[] = "$name: $value";
    }
}

$path = $_SERVER['REQUEST_URI'];
foreach ($listed('TOPOLOGY_NEXT') as $i => $address) {
    if (!$get($address, $path . '.' . ($i + 1), $headers)) {
        http_response_code(502);
        break;
    }
}
fwrite($log, "served $path\n");
header('Content-Type: text/plain');
header('Content-Length: 3');
echo "ok\n";
fastcgi_finish_request();

$background = getenv('TOPOLOGY_BACKGROUND');
if ($background) {
    $get($background, '/bg/' . getenv('TOPOLOGY_NAME') . '/' . getmypid() . '-' . hrtime(true));
}
