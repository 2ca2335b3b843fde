#!/bin/sh
# Runs tests on the kernels that are supported, in virtual machines: Debian 12's own
# (6.1) and its newer one (6.12), amd64 and arm64. "matrix.sh -test.run Rungs" runs some of them.
#
#   VM_ROWS    kernels and architectures: "6.1/amd64 6.12/amd64 6.1/arm64 6.12/arm64"
#   VM_SUITES  vmlive (the receiver: the same requests, the same spans, on every rung of the ladder),
#              live (what of internal/live needs Go programs only; a machine for each rung),
#              tap (the kernel side): all of them
#
# Exits 3 where a kernel is not to be had. The other architecture's, once:
# dpkg --add-architecture arm64 && apt-get update (internal/tools/setup.sh does).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$root/dist/vm
mkdir -p "$out"
cd "$root"

# image VERSION ARCH prints the package with that kernel.
image() {
	meta=linux-image-cloud-$2 # 6.1's
	[ "$1" = 6.1 ] || meta=linux-image-$1-cloud-$2
	apt-cache depends --important "$meta:$2" | sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p' | head -n 1
}

# rungs VERSION/ARCH prints the rungs of the ladder that the kernel must have: tp_btf needs
# 6.3, fexit on arm64 needs 6.4.
rungs() {
	case $1 in
	6.1/amd64) echo fexit kprobe ;;
	6.1/arm64) echo kprobe ;;
	*) echo tp_btf fexit kprobe ;;
	esac
}

failed=
# try NAME COMMAND...: its output goes to a log, what became of each test to ours.
try() {
	name=$1 log=$out/$1.log
	shift
	echo "vm: $name"
	"$@" >"$log" 2>&1 || failed="$failed $name"
	grep -E '^ *(--- |PASS|FAIL)' "$log" || tail -n 20 "$log"
}

# build SUITE builds its tests for VM_ARCH.
build() {
	CGO_ENABLED=0 GOOS=linux GOARCH=$VM_ARCH go test -c -ldflags='-s -w' -o "$out/$1-$VM_ARCH.test" "./internal/$1"
}

for row in ${VM_ROWS:-6.1/amd64 6.12/amd64 6.1/arm64 6.12/arm64}; do
	export VM_ARCH="${row#*/}"
	package=$(image "${row%/*}" "$VM_ARCH")
	case $package in
	linux-image-"${row%/*}".*) ;;
	*) echo "vm: no kernel ${row%/*} for $VM_ARCH is to be had here; apt-get update?" >&2 && exit 3 ;;
	esac
	for suite in ${VM_SUITES:-vmlive live tap}; do
		export VM_ENV="TAP_TEST_RUNGS='$(rungs "$row")'"
		case $suite in
		live)
			for rung in $(rungs "$row"); do
				try "live-$rung-$package" "$here/live.sh" "$package" "$rung" "$@"
			done
			continue
			;;
		vmlive) VM_ENV="$VM_ENV CI=true" ;; # the tap's tests may do without gcc
		esac
		build "$suite"
		try "$suite-$package" "$here/run.sh" "$package" "$out/$suite-$VM_ARCH.test" -test.v "$@"
	done
done
[ -z "$failed" ] || { echo "vm: failed:$failed" >&2; exit 1; }
