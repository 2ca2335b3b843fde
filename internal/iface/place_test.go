//go:build linux && (amd64 || arm64)

package iface_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// program is the test binary where every user may run it.
func program(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	binary, err := os.ReadFile(self)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "beyla-iface")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "helper")
	require.NoError(t, os.WriteFile(path, binary, 0o755))
	return path
}

// helper is the test binary as a process of its own.
type helper struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.Closer
	in    io.Writer
	out   *bufio.Reader
}

// part starts a part in a namespace, behind the given wrapper.
func part(t testing.TB, n *testkit.NetNS, role string, wrapper ...string) *helper {
	t.Helper()
	args := append([]string{"--net=" + n.Path(), "--"}, wrapper...)
	path, err := os.Executable()
	require.NoError(t, err)
	if len(wrapper) > 0 { // as somebody who may not look into the build's folders
		path = program(t)
	}
	cmd := exec.CommandContext(t.Context(), "nsenter", append(args, path)...)
	cmd.Env = append(os.Environ(), helperVariable+"="+role)
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	h := &helper{t: t, cmd: cmd, stdin: stdin, in: stdin, out: bufio.NewReader(stdout)}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	return h
}

// daemon starts a part that says when it is ready.
func daemon(t testing.TB, n *testkit.NetNS, role string, wrapper ...string) *helper {
	t.Helper()
	h := part(t, n, role, wrapper...)
	require.Equal(t, "ready\n", h.line())
	return h
}

func (h *helper) line() string {
	h.t.Helper()
	line, err := h.out.ReadString('\n')
	require.NoError(h.t, err)
	return line
}

// end closes the input and reads the rest.
func (h *helper) end() string {
	h.t.Helper()
	require.NoError(h.t, h.stdin.Close())
	rest, err := io.ReadAll(h.out)
	require.NoError(h.t, err)
	require.NoError(h.t, h.cmd.Wait(), "%s", rest)
	return string(rest)
}

// run plays a part that ends by itself.
func run(t testing.TB, n *testkit.NetNS, role string) {
	t.Helper()
	h := part(t, n, role)
	h.end()
}

// watching is a capture that is under way.
type watching struct{ *helper }

// options are those of most captures.
func options(way iface.Way, interfaces ...string) orders {
	return orders{Options: iface.Options{Interfaces: interfaces, Way: way, RingBytes: 4 << 20, Drain: 5 * time.Millisecond}}
}

func watch(t testing.TB, n *testkit.NetNS, o orders, wrapper ...string) *watching {
	t.Helper()
	arg, err := json.Marshal(&o)
	require.NoError(t, err)
	return &watching{daemon(t, n, "capture "+string(arg), wrapper...)}
}

// report asks what is read at present.
func (w *watching) report() report {
	w.t.Helper()
	_, err := io.WriteString(w.in, "\n")
	require.NoError(w.t, err)
	var r report
	require.NoError(w.t, json.Unmarshal([]byte(w.line()), &r))
	return r
}

// reads waits until the interfaces are those that are read.
func (w *watching) reads(names ...string) {
	w.t.Helper()
	want := strings.Join(names, " ")
	testkit.Poll(w.t, 5*time.Second, "the interfaces "+want, func() bool {
		return strings.Join(w.report().Interfaces, " ") == want
	})
}

func (w *watching) results() results {
	w.t.Helper()
	var r results
	require.NoError(w.t, json.Unmarshal([]byte(w.end()), &r))
	return r
}

// said is what of a record does not depend on when it was made.
type said struct {
	Kind, Dir, Transport, Role uint8
	Flags                      uint16
	Cookie                     uint64
	Local, Remote              netip.AddrPort
	Seq                        uint32
	Pos                        uint64
	Len                        uint32
	Payload                    string
}

// say reads raw records.
func say(t testing.TB, raw [][]byte) []said {
	t.Helper()
	var all []said
	for _, b := range raw {
		var r tap.Record
		require.NoError(t, binary.Read(bytes.NewReader(b), binary.NativeEndian, &r))
		all = append(all, said{
			r.Kind, r.Dir, r.Transport, r.Role, r.Flags, r.Cookie,
			address(&r, r.Local, r.LocalPort), address(&r, r.Remote, r.RemotePort),
			r.Seq, r.Pos, r.Len, string(b[binary.Size(r):]),
		})
	}
	return all
}

func address(r *tap.Record, b [16]byte, port uint16) netip.AddrPort {
	if r.Family == 4 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[:4])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(b), port)
}

// flows is how many connections the records tell of, and heads how many of
// them begin with one of these.
func flows(all []said) int {
	seen := make(map[uint64]bool)
	for _, r := range all {
		seen[r.Cookie] = true
	}
	return len(seen)
}

func heads(all []said, head string) int {
	n := 0
	for _, r := range all {
		if strings.HasPrefix(r.Payload, head) {
			n++
		}
	}
	return n
}

// tcpdump captures what passes an interface; end gives the file.
func tcpdump(t testing.TB, n *testkit.NetNS, device string) (end func() string) {
	t.Helper()
	testkit.Need(t, "tcpdump")
	file := filepath.Join(t.TempDir(), "wire.pcap")
	cmd := exec.CommandContext(t.Context(), "nsenter", "--net="+n.Path(), "--", "tcpdump", "-Z", "root", "--immediate-mode", "-U", "-s", "0", "-n", "-i", device, "-w", file)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(stderr)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "listening on")
	return func() string {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		_, _ = io.Copy(io.Discard, lines)
		require.NoError(t, cmd.Wait())
		return file
	}
}
