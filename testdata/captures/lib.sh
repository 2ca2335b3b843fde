# Sourced by make.sh: servers, clients, and one capture after the other.
# Everything here runs in a pid namespace, and ends with it when make.sh does.

nginx_addr=127.0.0.1:8080 nginx=http://127.0.0.1:8080 nginx_keep=http://127.0.0.1:8082 go=http://127.0.0.1:8081 python=http://127.0.0.1:8000
far=http://10.99.0.2:8081 far6="http://[fd00:99::2]:8081"

# until COMMAND...: tries until it succeeds, ten seconds at most.
until_ok() {
	for _ in {1..200}; do
		if "$@" >/dev/null 2>&1; then return; fi
		sleep 0.05
	done
	echo "timed out: $*" >&2
	exit 1
}

bound() { [[ -n $(ss -Hln"$1" "sport = :$2") ]]; }

start_servers() {
	mkdir www
	printf 'hello\n' >www/hello.txt
	seq -f '%015.0f the quick brown fox jumps over the lazy dog' 40000 >text
	head -c 2097152 text >big
	head -c 102400 text >chunked
	head -c 65536 text >upload
	head -c 20000 text >form
	cat >nginx.conf <<-CONF
		daemon off; worker_processes 1; user root; pid $PWD/nginx.pid; error_log stderr;
		events { worker_connections 1024; }
		http {
		  access_log off; default_type text/plain; sendfile on; keepalive_timeout 300s;
		  client_body_temp_path $PWD/t1; proxy_temp_path $PWD/t2; fastcgi_temp_path $PWD/t3;
		  uwsgi_temp_path $PWD/t4; scgi_temp_path $PWD/t5;
		  upstream up { server 127.0.0.1:8081; keepalive 4; }
		  upstream fpm { server 127.0.0.1:9000; keepalive 1; }
		  include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME /srv/app.php;
		  server {
		    listen 8080; listen [::]:8080;
		    location / { return 200 "hello\n"; }
		    location = /status/204 { return 204; }
		    location = /status/404 { return 404; }
		    location = /big { alias $PWD/big; }
		    location = /chunked { alias $PWD/chunked; ssi on; ssi_types text/plain; }
		    location /proxy/ {
		      proxy_pass http://up/; proxy_http_version 1.1;
		      proxy_set_header Connection ""; proxy_set_header X-Request-ID \$request_id;
		    }
		    location /php/ { fastcgi_pass 127.0.0.1:9000; }
		  }
		  server {
		    listen 8082;
		    location /php/ { fastcgi_pass fpm; fastcgi_keep_conn on; }
		  }
		}
	CONF
	mount -t tmpfs none /srv # the script's path is in the captures
	cp "$here/app.php" /srv/
	cat >fpm.conf <<-CONF
		[global]
		error_log = $PWD/fpm.log
		[www]
		listen = 127.0.0.1:9000
		user = root
		pm = static
		pm.max_children = 2
		php_admin_value[output_buffering] = 4096
	CONF
	php-fpm8.2 -F -R -y "$PWD/fpm.conf" 2>fpm.err &
	nginx -p "$PWD" -e stderr -c "$PWD/nginx.conf" 2>nginx.err &
	./goserver -listen :8081 >go.log &
	python3 -m http.server 8000 --bind 127.0.0.1 --directory www >python.log 2>&1 &
	for port in 53 5300; do
		dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --port=$port --local=/test/ \
			--host-record=a.test,192.0.2.1,2001:db8::1 --cname=www.test,a.test --txt-record=txt.test,hello \
			--mx-host=mail.test,a.test,10 $(printf -- '--host-record=many.test,192.0.2.%s ' {1..8}) \
			--txt-record=long.test$(printf ",%0.s$(printf 'x%.0s' {1..200})" {1..10}) 2>"dns$port.log" &
	done
	python3 -c 'import signal, socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 5301)); signal.pause()' &
	for port in 8080 8081 8000 9000; do until_ok bound t $port; done
	for port in 53 5300 5301; do until_ok bound u $port; done
}

# begin NAME [TCPDUMP OPTIONS]: captures loopback unless told otherwise.
begin() {
	name=$1 file=$here/$1.pcap
	shift
	[[ $* == *-i* ]] || set -- -i lo "$@"
	rm -f tcpdump.err # the last one's would say that this one is ready
	tcpdump "$@" -Z root -s 262144 -U --immediate-mode -B 16384 -w "$file" 2>tcpdump.err 7>&- & # 7: held_connection's pipe
	tcpdump=$!
	until_ok grep -q 'listening on' tcpdump.err
}

# end [gzip]: waits until the file has stopped growing, and stops tcpdump.
end() {
	local before=-1 size
	size=$(stat -c %s "$file")
	while [[ $size != "$before" ]]; do
		sleep 0.3
		before=$size size=$(stat -c %s "$file")
	done
	kill -INT "$tcpdump"
	wait "$tcpdump" || true
	if ! grep -q '^0 packets dropped by kernel' tcpdump.err; then
		echo "$name: packets were lost; run again" >&2
		exit 1
	fi
	if [[ ${1:-} == gzip ]]; then gzip -9n "$file"; fi
}

# curl_all ARGS...: one curl for all the URLs, so on one connection where the server lets it.
curl_all() {
	local outs=() arg
	for arg in "$@"; do
		if [[ $arg == http* && $arg != "$go" ]]; then outs+=(-o body.out); fi
	done
	curl -sS "${outs[@]}" "$@"
}

curl_fails() {
	if curl -sS -o body.out "$@" 2>curl.err; then
		echo "curl should have failed: $*" >&2
		exit 1
	fi
}

# pieces [--read N] PORT PIECE...: see pieces.py.
pieces() { python3 "$here/pieces.py" "$@"; }

# websocket PORT TEXT...: see websocket.py.
websocket() { python3 "$here/websocket.py" "$@"; }

ask() {
	case " $* " in *" @"*) ;; *) set -- @127.0.0.1 "$@" ;; esac
	dig "$@" >dig.out
}

ask_fails() {
	if ask "$@"; then
		echo "dig should have failed: $*" >&2
		exit 1
	fi
}

# mixed is a little of both protocols, for the captures that differ in their link layer.
mixed() {
	curl_all "$nginx/" "$go/hello"
	curl_all "http://[::1]:8081/chunked"
	ask a.test A
}

# held_connection captures the second and third request of a connection whose
# handshake and first request are not in the file.
held_connection() {
	mkfifo say
	./goclient -hold 127.0.0.1:8081 <say >held.out &
	local client=$!
	exec 7>say
	echo "/hello?n=1" >&7
	until_ok grep -q status held.out
	begin go-midway
	echo "/hello?n=2" >&7
	until_ok grep -q -m2 -z 'status.*status' held.out
	echo "/chunked?n=3" >&7
	exec 7>&-
	wait $client
	end
}

# veth_pair joins this namespace with another one, in which a second Go server listens.
veth_pair() {
	mkdir -p /run/netns
	mount -t tmpfs none /run/netns
	ip netns add far
	ip link add eth0 type veth peer name eth0 netns far
	ip addr add 10.99.0.1/24 dev eth0
	ip addr add fd00:99::1/64 dev eth0 nodad
	ip -n far addr add 10.99.0.2/24 dev eth0
	ip -n far addr add fd00:99::2/64 dev eth0 nodad
	ip link set eth0 up
	ip -n far link set lo up # without ::1, Go listens on IPv4 only
	ip -n far link set eth0 up
	# No offloads: what is captured is what a wire would carry, not 64 KiB at once.
	ethtool -K eth0 tso off gso off gro off
	nsenter --net=/run/netns/far ethtool -K eth0 tso off gso off gro off
	nsenter --net=/run/netns/far ./goserver -listen :8081 >far.log &
	until_ok curl -s -o body.out "$far/hello"
	until_ok curl -s -o body.out "$far6/hello"
}
