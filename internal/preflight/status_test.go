package preflight

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStatus(t *testing.T) {
	got := parseStatus("Name:\tUid:\nUid:\t1000\t65534\t0\t0\nCapInh:\tffffffffffffffff\nCapPrm:\t000000c000001000\n" +
		"CapEff:\t0000008000001000\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n")
	want := status{uid: 65534, noNewPrivs: true, seccomp: "filter", caps: Capabilities{
		Effective: 1<<BPF | 1<<NetAdmin, Permitted: 1<<BPF | 1<<NetAdmin | 1<<Perfmon, Bounding: 1<<41 - 1,
	}}
	assert.Equal(t, want, got)
	assert.Equal(t, []Capability{Perfmon, SysPtrace}, got.caps.lacks(BPF, Perfmon, SysPtrace))

	nothing := status{uid: -1, seccomp: "off"}
	for _, text := range []string{"", "Uid:\n", "Uid\t0", "CapEff:\tx\nUid:\tx\tx\n", "CapEff:\t11111111111111111\n"} {
		assert.Equal(t, nothing, parseStatus(text), text)
	}
	assert.Equal(t, "strict", parseStatus("Seccomp:\t1\n").seccomp)
	assert.Equal(t, "off", parseStatus("Seccomp:\t0\n").seccomp)
}

// What CAP_BPF and CAP_PERFMON were split from still stands for them, and for nothing else here.
func TestSysAdminStandsForItsParts(t *testing.T) {
	c := Capabilities{Effective: 1 << SysAdmin}
	assert.Equal(t, []Capability{NetAdmin, SysPtrace, NetRaw}, c.lacks(BPF, NetAdmin, Perfmon, SysPtrace, NetRaw))
}

func TestCapabilitySetAsJSON(t *testing.T) {
	for set, want := range map[CapabilitySet]string{
		0: `[]`, 1<<41 - 1: `["CAP_BPF","CAP_NET_ADMIN","CAP_PERFMON","CAP_SYS_PTRACE","CAP_NET_RAW","CAP_DAC_READ_SEARCH","CAP_SYS_ADMIN"]`,
		1<<NetRaw | 1<<BPF | 1: `["CAP_BPF","CAP_NET_RAW"]`,
	} {
		got, err := json.Marshal(set)
		require.NoError(t, err)
		assert.JSONEq(t, want, string(got))
	}
}
