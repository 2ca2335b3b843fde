//go:build linux && (amd64 || arm64)

package tap

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/require"
)

func types(t *testing.T) *btf.Spec {
	t.Helper()
	spec, err := loadBpf()
	require.NoError(t, err)
	return spec.Types
}

// The Go side of every type that crosses the border has the size and the
// offsets that the embedded object's own type information tells.
func TestLayout(t *testing.T) {
	for name, mirror := range map[string]any{
		"beyla_record":   Record{},
		"beyla_owner":    OwnerRecord{},
		"beyla_read":     ReadRecord{},
		"beyla_process":  bpfBeylaProcess{},
		"beyla_progress": ProgressRecord{},
		"beyla_verdict":  bpfBeylaVerdict{},
		"beyla_sock":     bpfBeylaSock{},
		"beyla_walker":   bpfBeylaWalker{},
		"beyla_holder":   bpfBeylaHolder{},
		"beyla_counts":   bpfBeylaCounts{},
	} {
		t.Run(name, func(t *testing.T) {
			var c *btf.Struct
			require.NoError(t, types(t).TypeByName(name, &c))
			g := reflect.TypeOf(mirror)
			require.Equal(t, uintptr(c.Size), g.Size())
			i := 0
			for field := range g.Fields() {
				if field.Name == "_" {
					continue // the layout's marker
				}
				m := c.Members[i]
				i++
				size, err := btf.Sizeof(m.Type)
				require.NoError(t, err)
				require.Equal(t, strings.ReplaceAll(m.Name, "_", ""), strings.ToLower(field.Name))
				require.Equal(t, uintptr(m.Offset.Bytes()), field.Offset, m.Name)
				require.Equal(t, uintptr(size), field.Type.Size(), m.Name)
			}
			require.Len(t, c.Members, i)
		})
	}
}

// Every counter of the kernel side arrives in the field of its name.
func TestCounterNames(t *testing.T) {
	var enum *btf.Enum
	require.NoError(t, types(t).TypeByName("beyla_counter", &enum))
	var n [bpfBeylaCounterBEYLA_C_MAX]uint64
	for i := range n {
		n[i] = uint64(i) + 100
	}
	got := reflect.ValueOf(named(&n))
	require.Equal(t, len(n), got.NumField())
	seen := 0
	for field := range got.Type().Fields() {
		words := regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(field.Name, "${1}_$2")
		for _, v := range enum.Values {
			if v.Name == "BEYLA_C_"+strings.ToUpper(words) {
				require.Equal(t, v.Value+100, got.FieldByIndex(field.Index).Uint(), field.Name)
				seen++
			}
		}
	}
	require.Equal(t, len(n), seen)
}

// The programs and maps of the object are those that the loader knows; one that
// it forgot would never be tried.
func TestPrograms(t *testing.T) {
	spec, err := loadBpf()
	require.NoError(t, err)
	known := map[string]bool{
		"beyla_ingress": true, "beyla_egress": true, "beyla_set_state": true, "beyla_sock_create": true,
		"beyla_sock_release": true, "beyla_own_listener": true, "beyla_whoami": true,
	}
	for _, rung := range ladder() {
		for _, h := range rung.hooks {
			known[h.program] = true
		}
	}
	for name := range spec.Programs {
		require.True(t, known[name], name)
		delete(known, name)
	}
	require.Empty(t, known, "in the loader, but not in the object")
	require.Equal(t, "Dual MIT/GPL", spec.Programs["beyla_ingress"].License)
	for name, kind := range map[string]ebpf.MapType{
		"beyla_ring": ebpf.RingBuf, "beyla_socks": ebpf.SkStorage, "beyla_http2_map": ebpf.SkStorage, "beyla_verdict_map": ebpf.Hash,
		"beyla_progress_map": ebpf.Hash, "beyla_owner_map": ebpf.Hash, "beyla_counter_map": ebpf.PerCPUArray,
	} {
		require.Equal(t, kind, spec.Maps[name].Type, name)
	}
}
