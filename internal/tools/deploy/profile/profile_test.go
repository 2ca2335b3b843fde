package profile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// TestShipped: the file of the examples is what this package makes.
func TestShipped(t *testing.T) {
	shipped, err := os.ReadFile("../../../../examples/kubernetes/seccomp.json")
	require.NoError(t, err)
	var made bytes.Buffer
	out := json.NewEncoder(&made)
	out.SetIndent("", "  ")
	require.NoError(t, out.Encode(Make()))
	require.Equal(t, made.String(), string(shipped), "go generate in internal/tools/deploy makes it anew")
}

// TestVerdicts runs the filter itself.
func TestVerdicts(t *testing.T) {
	const (
		allow  = unix.SECCOMP_RET_ALLOW
		eperm  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
		enosys = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	)
	info, err := arch.GetInfo("")
	require.NoError(t, err)
	policy, err := Policy(Make())
	require.NoError(t, err)
	program, err := policy.Assemble()
	require.NoError(t, err)
	vm, err := bpf.NewVM(program)
	require.NoError(t, err)
	for _, c := range []struct {
		call string
		arg  uint64
		want uint32
	}{
		{"bpf", 0, allow},
		{"perf_event_open", 0, allow},
		{"futex", 0, allow},
		{"execve", 0, allow},
		{"socket", unix.AF_INET6, allow},
		{"socket", unix.AF_NETLINK, allow},
		{"socket", unix.AF_ALG, eperm},
		{"socket", unix.AF_VSOCK, eperm},
		{"socket", unix.AF_BLUETOOTH, eperm},
		{"clone", unix.CLONE_VM | unix.CLONE_THREAD, allow},
		{"clone", unix.CLONE_NEWUSER, eperm},
		{"clone3", 0, enosys}, // its flags cannot be looked at: Go and libc then use clone
		{"ptrace", 0, eperm},
		{"process_vm_readv", 0, eperm},
		{"process_vm_writev", 0, eperm},
		{"pidfd_getfd", 0, eperm},
		{"kcmp", 0, eperm},
		{"mount", 0, eperm},
		{"setns", 0, eperm},
		{"unshare", 0, eperm},
		{"open_by_handle_at", 0, eperm},
		{"init_module", 0, eperm},
		{"kexec_load", 0, eperm},
		{"keyctl", 0, eperm},
		{"userfaultfd", 0, eperm},
		{"io_uring_setup", 0, eperm},
		{"reboot", 0, eperm},
	} {
		number, known := info.SyscallNames[c.call]
		require.True(t, known, c.call)
		got, err := vm.Run(call(uint32(info.ID), uint32(number|info.SeccompMask), c.arg))
		require.NoError(t, err)
		assert.Equal(t, c.want, uint32(got), "%s(%#x)", c.call, c.arg)
	}
}

// call is struct seccomp_data of include/uapi/linux/seccomp.h with one argument. The kernel's
// filters read words of the machine's own order, the library's machine reads the network's.
func call(architecture, number uint32, arg uint64) []byte {
	data := binary.BigEndian.AppendUint32(nil, number)
	data = binary.BigEndian.AppendUint32(data, architecture)
	data = binary.BigEndian.AppendUint64(data, 0) // instruction pointer
	// The library compiles for little-endian machines: the low word of an argument comes first.
	data = binary.BigEndian.AppendUint32(data, uint32(arg))
	data = binary.BigEndian.AppendUint32(data, uint32(arg>>32))
	return append(data, make([]byte, 5*8)...)
}
