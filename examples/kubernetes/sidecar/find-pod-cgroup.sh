# The cgroup of this pod, below the host's hierarchy. A container sees itself at the root of its
# own /sys/fs/cgroup; by the inode number it is found again in the host's, and one up is the pod.
set -eu
own=$(find "$HOST_CGROUP" -xdev -type d -inum "$(stat -c %i "$OWN_CGROUP")")
test -n "$own"
dirname "$own" >"$OUT"
