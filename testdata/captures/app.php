<?php
// The application behind FastCGI: what it answers, the path says.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('~^/php/status/(\d+)$~', $path, $m)) {
    http_response_code((int) $m[1]);
} elseif ($path === '/php/call') { // asks another server, with the caller's context
    $context = $_SERVER['HTTP_TRACEPARENT'] ?? '';
    $options = ['header' => $context === '' ? [] : ["traceparent: $context"]];
    echo file_get_contents('http://127.0.0.1:8081/hello?n=1', false, stream_context_create(['http' => $options]));
} elseif ($path === '/php/big') {
    for ($left = (int) $_GET['size']; $left > 0; $left -= 4096) {
        echo str_repeat('x', min($left, 4096));
    }
} elseif ($path === '/php/fail') {
    throw new Exception('as asked');
} else {
    echo strlen(file_get_contents('php://input')), "\n";
}
