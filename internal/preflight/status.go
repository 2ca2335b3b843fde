package preflight

import (
	"strconv"
	"strings"
)

// status is what /proc/PID/status (proc_pid_status(5)) says of privileges. What
// the kernel does not say is zero, and then held not to be allowed.
type status struct {
	uid        int
	caps       Capabilities
	noNewPrivs bool
	seccomp    string
}

func parseStatus(text string) status {
	s := status{uid: -1, seccomp: "off"} // a kernel without seccomp has no line for it
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		if len(fields) == 0 {
			continue
		}
		switch key {
		case "Uid": // real, effective, saved, file system
			if len(fields) > 1 {
				s.uid = number(fields[1], -1)
			}
		case "CapEff":
			s.caps.Effective = mask(fields[0])
		case "CapPrm":
			s.caps.Permitted = mask(fields[0])
		case "CapBnd":
			s.caps.Bounding = mask(fields[0])
		case "NoNewPrivs":
			s.noNewPrivs = fields[0] == "1"
		case "Seccomp":
			s.seccomp = seccompMode(fields[0])
		}
	}
	return s
}

func seccompMode(digit string) string {
	switch digit {
	case "0":
		return "off"
	case "1":
		return "strict"
	}
	return "filter"
}

func mask(hex string) CapabilitySet {
	bits, err := strconv.ParseUint(hex, 16, 64)
	if err != nil {
		return 0
	}
	return CapabilitySet(bits)
}

func number(decimal string, otherwise int) int {
	n, err := strconv.Atoi(decimal)
	if err != nil {
		return otherwise
	}
	return n
}
