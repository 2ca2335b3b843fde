// Package selection decides which flows are traced, from lists of rules. It is
// pure: rules and facts in, a choice out.
package selection

import (
	"fmt"
	"regexp"
	"strings"
)

// PortRange is a run of ports, both ends included.
type PortRange struct {
	From, To uint16
}

// Rule matches a flow when everything that it gives holds. Zero fields are not asked.
type Rule struct {
	// Ports of the server.
	Ports []PortRange
	// Executable, Service and Cgroup are globs: * is any run of characters
	// ("/" too), ? is one, [a-z] is a class.
	Executable, Service, Cgroup string
	// ContainerID is a container id or the start of one.
	ContainerID string
	// Namespace is the inode number of a network namespace.
	Namespace uint32
}

// rule is a Rule with its globs compiled.
type rule struct {
	Rule
	executable, service, cgroup *regexp.Regexp
}

// ofProcess tells whether the rule asks for more than addresses.
func (r *rule) ofProcess() bool {
	return r.executable != nil || r.service != nil || r.cgroup != nil || r.ContainerID != "" || r.Namespace != 0
}

func compile(rules []Rule) ([]rule, error) {
	out := make([]rule, 0, len(rules))
	for i, r := range rules {
		c := rule{Rule: r}
		for _, g := range []struct {
			pattern string
			to      **regexp.Regexp
		}{{r.Executable, &c.executable}, {r.Service, &c.service}, {r.Cgroup, &c.cgroup}} {
			if g.pattern == "" {
				continue
			}
			re, err := glob(g.pattern)
			if err != nil {
				return nil, fmt.Errorf("rule %d: %q is not a glob: %w", i, g.pattern, err)
			}
			*g.to = re
		}
		out = append(out, c)
	}
	return out, nil
}

// glob turns a glob into a regular expression over the whole string.
func glob(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '\\':
			if i++; i == len(pattern) {
				return nil, fmt.Errorf("ends in a backslash")
			}
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case '[':
			end := strings.IndexByte(pattern[i+1:], ']')
			if end <= 0 {
				return nil, fmt.Errorf("has a [ without its ]")
			}
			class := pattern[i+1 : i+1+end]
			if class[0] == '!' {
				class = "^" + class[1:]
			}
			b.WriteString("[" + strings.ReplaceAll(class, `\`, `\\`) + "]")
			i += end + 1
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	b.WriteString(`\z`)
	return regexp.Compile(b.String())
}
