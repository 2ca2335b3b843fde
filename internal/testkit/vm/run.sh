#!/bin/sh
# Boots a kernel under software emulation and runs a static test binary in it, as
# root, with no disk and no network but loopback.
#
#   run.sh KERNEL_PACKAGE TEST_BINARY [ARGUMENT...]
#
# KERNEL_PACKAGE is the name of a Debian package with a kernel image, fetched with
# apt-get into VM_CACHE (dist/vm), or a .deb file. TEST_BINARY comes from
# "CGO_ENABLED=0 go test -c"; the arguments are passed on to it. VM_ENV holds
# variables for it ("A=1 B=2"), VM_ARCH is amd64 or arm64, VM_TIMEOUT seconds.
# VM_TREE is a folder that is /repo there, and VM_DIR where in it the binary runs.
# The exit code is the test binary's.
#
# Needs: qemu-system-x86 (qemu-system-arm for arm64), busybox-static (of VM_ARCH), cpio, xz-utils.
set -eu

die() { echo "vm: $*" >&2; exit 2; }
[ $# -ge 2 ] || die "usage: run.sh KERNEL_PACKAGE TEST_BINARY [ARGUMENT...]"
package=$1 binary=$2
shift 2

root=$(cd "$(dirname "$0")/../../.." && pwd)
arch=${VM_ARCH:-amd64}
cache=${VM_CACHE:-$root/dist/vm}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE unpacks a package of the machine's architecture once, and prints where.
fetch() {
	case $1 in
	*.deb) deb=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") name=$(basename "$1" .deb) ;;
	*) deb= name=$1_$arch ;;
	esac
	if [ ! -d "$cache/$name" ]; then
		if [ -z "$deb" ]; then
			(cd "$work" && apt-get download -q "$1:$arch" >&2) || die "cannot fetch $1:$arch"
			deb=$(ls "$work/$1"_*.deb)
		fi
		dpkg-deb -x "$deb" "$cache/$name.part"
		mv "$cache/$name.part" "$cache/$name"
	fi
	echo "$cache/$name"
}

kernel=$(fetch "$package")
busybox=$(fetch busybox-static)/bin/busybox
[ -x "$busybox" ] || busybox=$(fetch busybox-static)/usr/bin/busybox

# The initial file system: busybox, the test binary, and the modules that the
# tests may want.
image=$work/image
mkdir -p "$image/bin" "$image/proc" "$image/sys" "$image/dev" "$image/tmp" "$image/modules"
cp "$busybox" "$image/bin/busybox"
cp "$binary" "$image/test"
[ -z "${VM_TREE:-}" ] || cp -r "$VM_TREE" "$image/repo"
for module in tun; do
	file=$(find "$kernel/lib/modules" -name "$module.ko*" | head -n 1)
	case $file in
	*.xz) xz -dc "$file" >"$image/modules/$module.ko" ;;
	?*) cp "$file" "$image/modules/$module.ko" ;;
	esac
done
printf '%s\n' "$@" >"$image/arguments"
cat >"$image/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t cgroup2 none /sys/fs/cgroup
mount -t tracefs none /sys/kernel/tracing
mount -t bpf none /sys/fs/bpf
ip link set lo up
for module in /modules/*.ko; do insmod "$module"; done
dmesg -n 1
set --
while IFS= read -r argument; do set -- "$@" "$argument"; done </arguments
cd /VM_DIR
echo; echo "vm: begin on $(uname -r) $(uname -m)"
env HOME=/tmp PATH=/bin VM_ENV /test "$@"
code=$?
[ $code = 0 ] || { echo "vm: the kernel says"; dmesg | tail -n 30; }
echo; echo "vm: exit code $code"
poweroff -f
INIT
dir=tmp
[ -z "${VM_DIR:-}" ] || dir=repo/$VM_DIR
mkdir -p "$image/$dir"
sed -i "s|VM_ENV|${VM_ENV:-}|; s|VM_DIR|$dir|" "$image/init"
chmod +x "$image/init"
(cd "$image" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initrd"

vmlinuz=$(ls "$kernel"/boot/vmlinuz-*)
case $arch in
amd64) set -- qemu-system-x86_64 -M q35 -cpu max; console=ttyS0 ;;
arm64) set -- qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on; console=ttyAMA0 ;;
*) die "no such architecture: $arch" ;;
esac
timeout "${VM_TIMEOUT:-900}" "$@" -accel tcg,thread=multi -smp 2 -m 1024 -nographic -no-reboot -nic none \
	-kernel "$vmlinuz" -initrd "$work/initrd" \
	-append "console=$console quiet panic=-1 ${VM_APPEND:-}" </dev/null >"$work/log" 2>&1 || true
tr -d '\r' <"$work/log" | sed -n "/^vm: begin/,\$p"
code=$(tr -d '\r' <"$work/log" | sed -n 's/^vm: exit code \([0-9]*\)$/\1/p')
[ -n "$code" ] || { cat "$work/log"; die "the machine ended without a result"; }
exit "$code"
