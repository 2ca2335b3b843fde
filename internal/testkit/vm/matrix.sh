#!/bin/sh
# Runs tests on the kernels that are supported, in virtual machines: Debian 12's own
# (6.1) and its newer one (6.12), amd64 and arm64. "matrix.sh -test.run Rungs" runs some of them.
#
#   VM_ROWS    kernels and architectures: "6.1/amd64 6.1/arm64 6.12/amd64 6.12/arm64"
#   VM_SUITES  vmlive (the receiver: the same requests, the same spans) and tap (the kernel side): both
#
# Exits 3 where a kernel is not to be had. The other architecture's, once:
# dpkg --add-architecture arm64 && apt-get update (internal/tools/setup.sh does).
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
out=$root/dist/vm
mkdir -p "$out"
cd "$root"

# image VERSION ARCH prints the package with that kernel.
image() {
	meta=linux-image-cloud-$2 # 6.1's
	[ "$1" = 6.1 ] || meta=linux-image-$1-cloud-$2
	apt-cache depends --important "$meta:$2" | sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p' | head -n 1
}

# rungs VERSION ARCH prints the rungs of the ladder that the kernel must have: tp_btf needs
# 6.3, fexit on arm64 needs 6.4.
rungs() {
	case $1/$2 in
	6.1/amd64) echo fexit kprobe ;;
	6.1/arm64) echo kprobe ;;
	*) echo tp_btf fexit kprobe ;;
	esac
}

failed=
# try SUITE VERSION ARCH [ARGUMENT...]
try() {
	suite=$1 version=$2 arch=$3
	shift 3
	package=$(image "$version" "$arch")
	case $package in
	linux-image-"$version".*) ;;
	*) echo "vm: no kernel $version for $arch is to be had here; apt-get update?" >&2 && exit 3 ;;
	esac
	environment="TAP_TEST_RUNGS='$(rungs "$version" "$arch")'"
	[ "$suite" = tap ] || environment="$environment CI=true" # the tap's tests may do without gcc
	log=$out/$suite-$package.log
	echo "vm: $suite on $package, owners by $(rungs "$version" "$arch")"
	VM_ARCH=$arch VM_ENV=$environment "$root/internal/testkit/vm/run.sh" \
		"$package" "$out/$suite-$arch.test" -test.v "$@" >"$log" 2>&1 || failed="$failed $suite/$version/$arch"
	grep -E '^ *(--- |PASS|FAIL)' "$log" || tail -n 20 "$log"
}

for suite in ${VM_SUITES:-vmlive tap}; do
	for row in ${VM_ROWS:-6.1/amd64 6.12/amd64 6.1/arm64 6.12/arm64}; do
		CGO_ENABLED=0 GOOS=linux GOARCH=${row#*/} go test -c -ldflags='-s -w' -o "$out/$suite-${row#*/}.test" "./internal/$suite"
		try "$suite" "${row%/*}" "${row#*/}" "$@"
	done
done
[ -z "$failed" ] || { echo "vm: failed:$failed" >&2; exit 1; }
