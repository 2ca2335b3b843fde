package beylareceiver

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// Rule matches flows. All keys that a rule gives must hold; a list of rules
// matches when one of them does.
//
// In globs, * stands for any run of characters (/ among them), ? for one, and
// [a-z] for a class.
type Rule struct {
	// Ports are server ports ("80", 80) and ranges of them ("8000-9000").
	Ports []string `mapstructure:"ports"`
	// Executable is a glob for the path of the executable.
	Executable string `mapstructure:"executable"`
	// Service is a glob for service.name.
	Service string `mapstructure:"service"`
	// Cgroup is a glob for the cgroup's path below its mount.
	Cgroup string `mapstructure:"cgroup"`
	// ContainerID is a container id or its first 12 digits or more.
	ContainerID string `mapstructure:"container_id"`
	// Namespace is the inode number of a network namespace, or "host" for that
	// of the host's first process (without CAP_SYS_PTRACE: the collector's own).
	Namespace string `mapstructure:"namespace"`
}

var _ confmap.Unmarshaler = (*Rule)(nil)

// Unmarshal takes ports and namespaces written as numbers as well as strings.
func (r *Rule) Unmarshal(conf *confmap.Conf) error {
	m := conf.ToStringMap()
	if ports, ok := m["ports"].([]any); ok {
		written := make([]any, len(ports))
		for i, p := range ports {
			written[i] = numberAsWritten(p)
		}
		m["ports"] = written
	}
	if ns, ok := m["namespace"]; ok {
		m["namespace"] = numberAsWritten(ns)
	}
	type plain Rule // without this method
	return confmap.NewFromStringMap(m).Unmarshal((*plain)(r))
}

func numberAsWritten(v any) any {
	if n, ok := v.(int); ok {
		return strconv.Itoa(n)
	}
	return v
}

// PortRange is a run of ports, both ends included.
type PortRange struct {
	From, To uint16
}

// PortRanges are the rule's ports, parsed.
func (r *Rule) PortRanges() ([]PortRange, error) {
	ranges := make([]PortRange, 0, len(r.Ports))
	for i, s := range r.Ports {
		p, err := parsePorts(s)
		if err != nil {
			return nil, fmt.Errorf("ports[%d]: %w", i, err)
		}
		ranges = append(ranges, p)
	}
	return ranges, nil
}

func parsePorts(s string) (PortRange, error) {
	from, to, ranged := strings.Cut(s, "-")
	if !ranged {
		to = from
	}
	lo, errLo := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
	hi, errHi := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
	if errLo != nil || errHi != nil || lo == 0 {
		return PortRange{}, fmt.Errorf("must be a port (1 to 65535) or a range such as 8000-9000, not %q", s)
	}
	if lo > hi {
		return PortRange{}, fmt.Errorf("range %q ends before it begins", s)
	}
	return PortRange{From: uint16(lo), To: uint16(hi)}, nil
}

func (r *Rule) empty() bool {
	return len(r.Ports) == 0 && r.Executable == "" && r.Service == "" && r.Cgroup == "" &&
		r.ContainerID == "" && r.Namespace == ""
}

// containerID is a container id as every runtime writes it, or enough of its start.
const containerID = `^[0-9a-f]{12,64}$`

// problems names what is wrong with the rule that key names.
func (r *Rule) problems(key string) []error {
	if r.empty() {
		return []error{fmt.Errorf(
			"%s: must give at least one of ports, executable, service, cgroup, container_id, namespace", key)}
	}
	var errs []error
	for i, s := range r.Ports {
		if _, err := parsePorts(s); err != nil {
			errs = append(errs, fmt.Errorf("%s.ports[%d]: %w", key, i, err))
		}
	}
	for _, g := range []struct{ key, pattern string }{
		{"executable", r.Executable}, {"service", r.Service}, {"cgroup", r.Cgroup},
	} {
		if _, err := path.Match(g.pattern, ""); err != nil {
			errs = append(errs, fmt.Errorf("%s.%s: %q is not a glob: %w", key, g.key, g.pattern, err))
		}
	}
	if ok, _ := regexp.MatchString(containerID, r.ContainerID); !ok && r.ContainerID != "" {
		errs = append(errs, fmt.Errorf(
			"%s.container_id: must be 12 to 64 lower-case hexadecimal digits, not %q", key, r.ContainerID))
	}
	if r.Namespace != "" && r.Namespace != "host" {
		if n, err := strconv.ParseUint(r.Namespace, 10, 32); err != nil || n == 0 {
			errs = append(errs, fmt.Errorf(
				`%s.namespace: must be "host" or the inode number of a network namespace, not %q`, key, r.Namespace))
		}
	}
	return errs
}
