//go:build amd64 || arm64

package event

import (
	"runtime"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/require"
)

// The constants of this package are the numbers that bpf/abi.h gives, as the
// type information of the object tells them.
func TestConstants(t *testing.T) {
	object := "../tap/bpf_x86_bpfel.o"
	if runtime.GOARCH == "arm64" {
		object = "../tap/bpf_arm64_bpfel.o"
	}
	spec, err := ebpf.LoadCollectionSpec(object)
	require.NoError(t, err)
	for name, want := range map[string]map[string]uint64{
		"beyla_kind": {
			"BEYLA_DATA": uint64(Data), "BEYLA_END": uint64(End), "BEYLA_OWNER": uint64(Owner),
			"BEYLA_CONNECT": uint64(Connect), "BEYLA_CLOSE": uint64(Close), "BEYLA_READ": uint64(Read),
			"BEYLA_PASSED": uint64(Passed),
		},
		"beyla_dir": {"BEYLA_INGRESS": uint64(Ingress), "BEYLA_EGRESS": uint64(Egress)},
		"beyla_role": {
			"BEYLA_ROLE_UNKNOWN": uint64(RoleUnknown), "BEYLA_ROLE_CLIENT": uint64(RoleClient),
			"BEYLA_ROLE_SERVER": uint64(RoleServer),
		},
		"beyla_flag": {
			"BEYLA_F_MSG_START": uint64(MsgStart), "BEYLA_F_GAP": uint64(GapBefore), "BEYLA_F_LATE": uint64(Late),
			"BEYLA_F_LISTENER": uint64(Listener), "BEYLA_F_RESET": uint64(Reset), "BEYLA_F_CUT": uint64(Cut),
			"BEYLA_F_BLOCKING": uint64(Blocking), "BEYLA_F_SHED": uint64(Shed),
		},
		"beyla_limit": {"BEYLA_MAX_PAYLOAD": maxPayload, "BEYLA_TURN": 64},
	} {
		t.Run(name, func(t *testing.T) {
			var enum *btf.Enum
			require.NoError(t, spec.Types.TypeByName(name, &enum))
			got := map[string]uint64{}
			for _, v := range enum.Values {
				got[v.Name] = v.Value
			}
			require.Equal(t, want, got)
		})
	}
}
