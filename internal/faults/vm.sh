#!/bin/sh
# Runs tests of this folder in a virtual machine, whose clock, CPUs and process ids are nobody else's.
# Arguments are those of the test binary; without any, it runs what is skipped elsewhere for that reason.
#
# What they need of this system (nginx, curl, bpftool and others, with their libraries), the collector and
# the client go into an archive that unpacks itself: internal/testkit/vm/run.sh runs one file.
# VM_KERNEL is the name of a Debian package with a kernel image, 6.12's for cloud machines if there is none.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
out=$root/dist/vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/bin" "$work/etc" "$work/faults"
export CGO_ENABLED=0 PATH="$PATH:/usr/sbin:/sbin"
cd "$root"

kernel=${VM_KERNEL:-$(apt-cache depends --important linux-image-6.12-cloud-amd64:amd64 | sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p' | head -n 1)}
[ -n "$kernel" ] || { echo 'faults: no kernel is to be had here; apt-get update?' >&2; exit 2; }

go build -C dist -buildvcs=false -trimpath -ldflags='-s -w' -o "$work/faults/collector" .
go build -buildvcs=false -ldflags='-s -w' -o "$work/faults/load" ./internal/soak/load
go test -c -ldflags='-s -w' -o "$work/faults/test" ./internal/faults
for tool in bash nginx curl bpftool nsenter unshare; do
	file=$(readlink -f "$(command -v $tool)")
	cp "$file" "$work/bin/$tool"
	ldd "$file" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$work$(dirname "$library")"
		cp -Lu "$library" "$work$library"
	done
done
printf 'root:x:0:0::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$work/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$work/etc/group"
printf '127.0.0.1 localhost\n' >"$work/etc/hosts"

cat >"$out/faults" <<'HEAD'
#!/bin/busybox sh
tail -n +6 "$0" | tar -xz -C / && rm "$0"
ulimit -n 65536
cd /tmp && PATH=/bin exec /faults/test -collector /faults/collector -load /faults/load -own-machine "$@"
exit 1
HEAD
tar -cz -C "$work" . >>"$out/faults"
chmod +x "$out/faults"
[ $# -gt 0 ] || set -- -test.v -test.run 'TestCollector/(clock_stepped|CPU_taken_away|process_ids_used_again)'
internal/testkit/vm/run.sh "$kernel" "$out/faults" "$@"
