#!/usr/bin/env bash
# Installs the servers and tools that the tests use and that are missing, with
# apt, when run as root on a system that has it. Says what it could not install;
# the tests that need it then skip with the reason, or fail when CI=true. On Debian apt is told of the
# other architecture, whose kernels are booted in virtual machines.
set -euo pipefail

# command:package
wanted=(
  nginx:nginx wrk:wrk curl:curl python3:python3 ip:iproute2 tshark:tshark tcpdump:tcpdump
  strace:strace systemd-analyze:systemd dig:dnsutils dnsmasq:dnsmasq iptables:iptables bpftool:bpftool gcc:gcc clang-19:clang-19 llvm-strip-19:llvm-19
  node:nodejs gunicorn:gunicorn
  javac:default-jdk-headless
  puma:puma
  haproxy:haproxy
  nghttp:nghttp2-client h2load:nghttp2-client tinyproxy:tinyproxy
  qemu-system-x86_64:qemu-system-x86 qemu-system-aarch64:qemu-system-arm cpio:cpio xz:xz-utils
)

export PATH="$PATH:/usr/sbin:/sbin"
missing=() packages=()
for pair in "${wanted[@]}"; do
  if ! command -v "${pair%%:*}" >/dev/null; then
    missing+=("${pair%%:*}")
    packages+=("${pair##*:}")
  fi
done
if [ ! -e /usr/include/bpf/bpf_helpers.h ]; then
  missing+=(bpf_helpers.h)
  packages+=(libbpf-dev)
fi
if ! /usr/bin/python3 -c 'import aiohttp' 2>/dev/null; then
  missing+=(aiohttp)
  packages+=(python3-aiohttp)
fi
for module in grpc:python3-grpcio hypercorn:python3-hypercorn h2:python3-h2 websockets:python3-websockets; do
  if ! /usr/bin/python3 -c "import ${module%%:*}" 2>/dev/null; then
    missing+=("${module%%:*}")
    packages+=("${module##*:}")
  fi
done
if [ ! -e /usr/share/nodejs/ws/package.json ]; then
  missing+=(ws)
  packages+=(node-ws)
fi
if ! compgen -G '/usr/sbin/php-fpm*' >/dev/null || ! compgen -G '/usr/lib/php/*/curl.so' >/dev/null; then
  missing+=(php-fpm)
  packages+=(php-fpm php-curl)
fi
# Debian's kernels for virtual machines are downloaded when they are booted: what it takes is to know of them.
foreign=()
if grep -qs '^ID=debian$' /etc/os-release; then
  for arch in amd64 arm64; do
    if ! apt-cache show "linux-image-cloud-$arch:$arch" >/dev/null 2>&1; then
      missing+=("linux-image-cloud-$arch")
      foreign+=("$arch")
    fi
  done
fi
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup: missing ${missing[*]}; install them, or run as root on a system with apt" >&2
  exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
for arch in "${foreign[@]}"; do
  [ "$arch" = "$(dpkg --print-architecture)" ] || dpkg --add-architecture "$arch"
done
apt-get update -qq >"$log" 2>&1 || cat "$log" >&2
# One by one: a release without one of them still gets the others.
for package in "${packages[@]}"; do
  # No service is started: the tests start their own.
  if ! RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$package" >"$log" 2>&1; then
    tail -n 3 "$log" >&2
    echo "setup: could not install $package" >&2
  fi
done
