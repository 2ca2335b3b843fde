#!/bin/sh
# Runs the tests of internal/tap on the kernels that are supported, in virtual
# machines: Debian 12's own (6.1) and its newer one (6.12), amd64 and, where there
# is qemu-system-arm, arm64. "matrix.sh -test.run Rungs" runs some of them.
#
# For arm64, once: dpkg --add-architecture arm64 && apt-get update
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
out=$root/dist/vm
mkdir -p "$out"
cd "$root"

# image META ARCH prints the package that a kernel's meta-package stands for.
image() {
	apt-cache depends --important "$1:$2" | sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p' | head -n 1
}

failed=
# try META ARCH RUNGS...: these rungs of the ladder the kernel must reach.
try() {
	meta=$1 arch=$2
	shift 2
	package=$(image "$meta" "$arch")
	if [ -z "$package" ]; then
		echo "vm: no kernel $meta:$arch is to be had here; apt-get update?" >&2
		failed="$failed $meta:$arch"
		return
	fi
	echo "vm: $package, owners by $*"
	VM_ARCH=$arch VM_ENV="TAP_TEST_RUNGS='$*'" "$root/internal/testkit/vm/run.sh" \
		"$package" "$out/tap-$arch.test" $arguments >"$out/$package.log" 2>&1 || failed="$failed $package:$arch"
	grep -E '^ *(---|PASS|FAIL)' "$out/$package.log" || tail -n 20 "$out/$package.log"
}

arguments="-test.v $*"
architectures=amd64
if command -v qemu-system-aarch64 >/dev/null; then
	architectures="amd64 arm64"
fi
for arch in $architectures; do
	CGO_ENABLED=0 GOOS=linux GOARCH=$arch go test -c -o "$out/tap-$arch.test" ./internal/tap
	if [ "$arch" = arm64 ]; then
		try linux-image-cloud-arm64 arm64 kprobe # fexit came to arm64 with 6.4
	else
		try "linux-image-cloud-$arch" "$arch" fexit kprobe
	fi
	try "linux-image-6.12-cloud-$arch" "$arch" tp_btf fexit kprobe
done
[ -z "$failed" ] || { echo "vm: failed:$failed" >&2; exit 1; }
