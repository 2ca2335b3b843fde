package preflight

import (
	"encoding/json"
	"slices"
	"strings"
)

// Capability is one of capabilities(7), by its bit.
type Capability uint8

// Those that matter here.
const (
	DACReadSearch Capability = 2
	NetAdmin      Capability = 12
	NetRaw        Capability = 13
	SysPtrace     Capability = 19
	SysAdmin      Capability = 21
	Perfmon       Capability = 38
	BPF           Capability = 39
)

// relevant lists them in the order in which they are wanted. The last two are
// never needed; to hold them says that privileges could be taken away.
func relevant() []Capability {
	return []Capability{BPF, NetAdmin, Perfmon, SysPtrace, NetRaw, DACReadSearch, SysAdmin}
}

// String is the capability's name, "CAP_BPF".
func (c Capability) String() string { return "CAP_" + c.Short() }

// Short is the name as container runtimes write it, "BPF".
func (c Capability) Short() string {
	switch c {
	case DACReadSearch:
		return "DAC_READ_SEARCH"
	case NetAdmin:
		return "NET_ADMIN"
	case NetRaw:
		return "NET_RAW"
	case SysPtrace:
		return "SYS_PTRACE"
	case SysAdmin:
		return "SYS_ADMIN"
	case Perfmon:
		return "PERFMON"
	case BPF:
		return "BPF"
	}
	return "?"
}

// CapabilitySet is a set as /proc/PID/status writes it, a bit for each.
type CapabilitySet uint64

// Has tells whether c is in the set.
func (s CapabilitySet) Has(c Capability) bool { return s>>c&1 == 1 }

// MarshalJSON writes the names of the relevant ones.
func (s CapabilitySet) MarshalJSON() ([]byte, error) {
	held := []string{}
	for _, c := range relevant() {
		if s.Has(c) {
			held = append(held, c.String())
		}
	}
	return json.Marshal(held)
}

// Capabilities are the sets of this process.
type Capabilities struct {
	Effective CapabilitySet `json:"effective"`
	Permitted CapabilitySet `json:"permitted"`
	// Bounding is what the process could ever gain.
	Bounding CapabilitySet `json:"bounding"`
}

// lacks gives those of all that are not effective. CAP_SYS_ADMIN stands for the two
// that were once part of it (include/linux/capability.h, bpf_capable and perfmon_capable).
func (c Capabilities) lacks(all ...Capability) []Capability {
	return slices.DeleteFunc(slices.Clone(all), func(k Capability) bool {
		old := k == BPF || k == Perfmon
		return c.Effective.Has(k) || old && c.Effective.Has(SysAdmin)
	})
}

func names(all []Capability, between string) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = c.String()
	}
	return strings.Join(words, between)
}
