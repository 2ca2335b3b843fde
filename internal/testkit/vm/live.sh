#!/bin/sh
# Runs live tests, those whose servers and clients are programs in Go, in a virtual
# machine: the same requests must give the same spans on every kernel.
#
#   live.sh KERNEL_PACKAGE RUNG [ARGUMENT...]
#
# RUNG is one of capture.owner_hooks; the arguments go to the test binary. VM_ARCH as in run.sh.
set -eu

[ $# -ge 2 ] || { echo "usage: live.sh KERNEL_PACKAGE RUNG [ARGUMENT...]" >&2; exit 2; }
package=$1 rung=$2
shift 2
root=$(cd "$(dirname "$0")/../../.." && pwd)
arch=${VM_ARCH:-amd64}
tree=$root/dist/vm/tree-$arch
cd "$root"

export CGO_ENABLED=0 GOOS=linux GOARCH="$arch" GOFLAGS=-buildvcs=false
mkdir -p "$tree/internal/live" "$tree/dist/testapps/grpc/bin"
cp go.mod "$tree"
for app in goclient goserver h2 quic; do
	go build -ldflags='-s -w' -o "$tree/dist/testapps/$app" "./testdata/apps/$app"
done
(cd testdata/apps/grpc && go build -ldflags='-s -w' -o "$tree/dist/testapps/grpc/bin/grpc" .)
go test -c -ldflags='-s -w' -o "$root/dist/vm/live-$arch.test" ./internal/live

# What needs no server but those, and leaves time enough to a machine that is emulated.
tests='Test(GoServerAndGoClient|GRPC|GRPCHop|GRPCOpenBefore|HTTP2Streams|HTTP2OpenBefore'
tests="$tests|HTTP2WireContext|HTTP2EventStream|SlowlyMade|QUIC)\$"
VM_TREE=$tree VM_DIR=internal/live VM_ENV="LIVE_OWNER_HOOKS=$rung LIVE_SLACK=1s CI=true" \
	exec internal/testkit/vm/run.sh "$package" "dist/vm/live-$arch.test" -test.v -test.run "$tests" "$@"
