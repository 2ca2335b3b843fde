#!/bin/bash
# Makes every capture of this folder anew, with real programs that talk over the
# loopback of a private network namespace. README.md says what each holds.
#
# usage: make.sh            as root, with nginx, php-fpm8.2, curl, python3,
#                           dnsmasq, dig, tcpdump, tshark, iproute2, ethtool and go installed
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C

if [[ ${1:-} != inside ]]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	for app in goserver goclient; do
		(cd "$here/../.." && CGO_ENABLED=0 go build -buildvcs=false -o "$work/$app" "./testdata/apps/$app")
	done
	rm -f "$here"/*.pcap "$here"/*.pcap.gz "$here"/*.pcapng "$here"/counts.tsv
	unshare --net --mount --pid --fork --mount-proc -- "$here/make.sh" inside "$work"
	"$here/count.sh" >"$here/counts.tsv"
	exit
fi

work=$2
cd "$work"
source "$here/lib.sh"

### The servers: 8080 and 8082 nginx, 9000 PHP-FPM, 8081 Go, 8000 python, 53 and 5300 dnsmasq, 5301 silence.
ip link set lo up
start_servers

### HTTP: framing

begin nginx-keepalive # one connection
curl_all "$nginx/" "$nginx/?q=1" "$nginx/status/204" "$nginx/" "$nginx/status/404"
end

begin nginx-pipelining # eight requests in one write
./goclient -hold "$nginx_addr" <<<"/ /?n=2 /?n=3 /status/404 /?n=5 /?n=6 /chunked /?n=8" >client.out
end

begin nginx-pipelining-split # heads and a body cut at awkward places
pieces 8080 $'POST /?a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r' $'\n01234' \
	$'56789HEAD /?b HTTP/1.1\r\nHost: x\r\n\r\nGE' $'T /?c HTTP/1.1\r' $'\nHost: x\r\n\r\nGET /?d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
end

begin nginx-chunked
curl_all "$nginx/chunked"
end

begin nginx-big # sendfile, 2 MiB
curl_all "$nginx/big"
end gzip

begin nginx-proxy # two requests, each seen at two hops
curl_all "$nginx/proxy/hello" "$nginx/proxy/status/500"
end

begin fpm-close # FastCGI: a connection per request; the script asks the Go server
curl_all -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' "$nginx/php/call?sig=s3cret" \
	--next -s -o body.out "$nginx/php/status/404" "$nginx/php/fail" \
	--next -s -o body.out -H 'Expect:' --data-binary @form "$nginx/php/"
end

begin fpm-keepalive # FastCGI: one connection to PHP-FPM; the second response is longer than any window
curl_all "$nginx_keep/php/" "$nginx_keep/php/big?size=30000" "$nginx_keep/php/status/503" "$nginx_keep/php/call"
end

begin python-http10 # HTTP/1.0 server: one connection per request
curl_all "$python/hello.txt" "$python/none.txt"
curl_all -I "$python/hello.txt"
end

begin go-chunked-small
curl_all "$go/chunked?size=3000"
end

begin go-chunked-large
curl_all "$go/chunked?size=200000"
end gzip

begin go-http10-close # a body that ends with the connection
pieces 8081 $'GET /chunked?size=5000 HTTP/1.0\r\n\r\n'
end

begin go-head # HEAD, then GET, on one connection
curl_all --head "$go/head" --next -s -o body.out "$go/head"
end

begin go-sse
curl_all "$go/events?n=5"
end

### HTTP: requests with bodies

begin go-100-continue # 64 KiB
curl_all -H 'Expect: 100-continue' --data-binary @upload "$go/100"
end

begin go-100-rejected # 417 instead of 100; the body never comes
curl_all -H 'Expect: 100-continue' --data-binary @upload "$go/100?reject=1"
end

begin go-upload-chunked # a chunked request, 64 KiB
curl_all -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary @upload "$go/100"
end

### HTTP: status, methods, heads

begin go-errors
curl_all "$go/status/404" "$go/status/500" "$go/status/503" "$go/status/304"
end

begin go-methods
pieces 8081 $'PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi' \
	$'DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n' $'PATCH /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n' \
	$'OPTIONS /hello HTTP/1.1\r\nHost: x\r\n\r\n' $'BREW /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
end

begin go-long-head # a cookie of 20000 bytes, larger than any window
curl_all -H "Cookie: long=$(head -c 20000 /dev/zero | tr '\0' x)" "$go/hello"
end

begin go-query-secrets
curl_all "$go/hello?user=ann&X-Amz-Signature=c0ffee&sig=s3cret" "$go/hello?X-Goog-Signature=beef#fragment"
curl_all -x "$go" "http://ann:pass@127.0.0.1:8081/hello" # absolute form
end

begin go-traceparent # valid, valid with tracestate, invalid
curl_all -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' "$go/hello?n=1" \
	--next -s -o body.out -H 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' \
	-H 'tracestate: vendor=value,other=1' "$go/hello?n=2" \
	--next -s -o body.out -H 'traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01' "$go/hello?n=3"
end

### HTTP: endings

begin go-abort-client # the client closes after 1000 bytes of 1 MB
pieces --read 1000 8081 $'GET /big?size=1000000 HTTP/1.1\r\nHost: x\r\n\r\n'
end gzip

begin go-timeout-client # the client gives up before the answer
curl_fails -m 0.2 "$go/slow?ms=600"
sleep 0.8
end

begin go-abort-server # 100 of 1000 bytes, then FIN
curl_fails "$go/abort"
end

begin go-abort-server-rst # 100 of 1000 bytes, then RST
curl_fails "$go/abort?rst=1"
end

begin go-refused # nobody listens
curl_fails "http://127.0.0.1:8089/hello"
end

### HTTP: what turns into something else

begin go-websocket
websocket 8081 hello world bye
end

begin go-connect # a tunnel with one request in it: three requests, two connections
curl_all -p -x "$go" "$nginx/"
end

### HTTP: connections

begin go-parallel # twelve requests over four connections at once
for c in 1 2 3 4; do
	./goclient -hold 127.0.0.1:8081 <<<"/slow?ms=30&c=$c
/hello?c=$c
/chunked?c=$c" >client.out &
	clients[c]=$!
done
wait "${clients[@]}"
end

begin ipv6
curl_all "http://[::1]:8080/" "http://[::1]:8080/status/404"
end

held_connection # captures go-midway: what was before is not in it

### Link layers

begin any-cooked-v2 -i any -y LINUX_SLL2
mixed
end

begin any-cooked-v1 -i any -y LINUX_SLL
mixed
end

begin loopback
mixed
end
editcap -F pcapng "$here/loopback.pcap" "$here/loopback.pcapng"

veth_pair
begin ethernet -i eth0 # segments of at most 1448 bytes, both IP versions
curl_all "$far/hello" "$far6/chunked"
curl_all -H 'Expect:' --data-binary @upload "$far/100" --next -s -o body.out "$far/big?size=30000"
end
for link in raw vlan qinq null; do
	"$here/relink.py" "$link" "$here/ethernet.pcap" "$here/ethernet-as-$link.pcap"
done
"$here/relink.py" disorder "$here/ethernet.pcap" "$here/ethernet-disordered.pcap"
"$here/relink.py" repeat "$here/ethernet.pcap" "$here/ethernet-retransmitted.pcap"

### DNS

begin dns-udp # A, AAAA, CNAME, NXDOMAIN, TXT, MX, eight answers
for query in "a.test A" "a.test AAAA" "www.test A" "none.test A" "txt.test TXT" "mail.test MX" "many.test A"; do
	ask $query
done
end

begin dns-tcp # two queries on one connection, then one more
ask +tcp +keepopen a.test A +tcp +keepopen a.test AAAA
ask +tcp none.test A
end

begin dns-truncated # TC over UDP, then TCP
ask long.test TXT
end

begin dns-ipv6
ask @::1 a.test AAAA
end

begin dns-port # not on port 53
ask -p 5300 a.test A
end

begin dns-timeout # asked twice, never answered
ask_fails -p 5301 +tries=2 +timeout=1 a.test A
end

begin dns-refused # ICMP port unreachable
ask_fails -p 5302 +tries=1 +timeout=1 a.test A
end
