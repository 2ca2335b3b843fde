package preflight

import (
	"cmp"
	"fmt"
	"strings"
)

// Text is the report as a block of less than 40 lines. What is to be added is
// said once for features that follow each other.
func (r *Report) Text() string {
	var b strings.Builder
	var said string
	fmt.Fprintf(&b, "preflight: %s\n%s\n", r.Title, r.Meaning)
	for _, row := range r.facts() {
		fmt.Fprintf(&b, "  %-18s %s\n", row[0], row[1])
	}
	for _, f := range r.Features {
		if f.On {
			fmt.Fprintf(&b, "  on   %-11s  %s\n", f.Name, f.Title)
			continue
		}
		fmt.Fprintf(&b, "  off  %-11s  %s: %s\n", f.Name, f.Title, f.Reason)
		if add := strings.Join(f.Add, "; and "); add != "" && add != said {
			fmt.Fprintf(&b, "       %-11s  add: %s\n", "", add)
			said = add
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *Report) facts() [][2]string {
	f := &r.Facts
	n := &f.Namespaces
	return [][2]string{
		{"started as", f.Environment.text()},
		{"kernel", fmt.Sprintf("%s %s, BTF %s, lockdown %s", f.Kernel.Release, f.Kernel.Arch, yes(f.Kernel.BTF), cmp.Or(f.Kernel.Lockdown, "not readable"))},
		{"network namespace", n.Network.text()},
		{"pid namespace", n.PID.text()},
		{"cgroup namespace", n.Cgroup.text()},
		{"user namespace", n.User.text()},
		{"cgroup v2", f.Cgroup.text()},
		{"process", f.Process.text()},
		{"capabilities", f.Capabilities.text()},
		{"kernel accepts", answers(r.Answers)},
		{"never needed", "tracefs, bpffs, privileged, CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH"},
	}
}

func (e Environment) text() string {
	return e.pick("a pod of Kubernetes", "a container", "a program of the host")
}

func (n Namespace) text() string {
	if n.Inode == 0 {
		return string(n.Place)
	}
	return fmt.Sprintf("%s (%d)", n.Place, n.Inode)
}

func (c *Cgroup) text() string {
	if c.Error != "" {
		return c.Error
	}
	whole := "a subtree"
	if c.Root {
		whole = "the host's root"
	}
	text := fmt.Sprintf("%s, %s", c.Path, whole)
	for _, m := range c.Mounts {
		if m.Path != c.Path {
			text += ", also mounted: " + m.Path
		}
	}
	return text
}

func (p *Process) text() string {
	memory := "unlimited"
	if p.Memlock >= 0 {
		memory = fmt.Sprintf("%d KiB", p.Memlock>>10)
	}
	return fmt.Sprintf("user %d, seccomp %s, no_new_privs %s, memlock %s, security label %s",
		p.UID, p.Seccomp, yes(p.NoNewPrivs), memory, cmp.Or(p.Label, "none"))
}

// text names what is effective, and what is only within reach.
func (c *Capabilities) text() string {
	var effective, bounding []Capability
	for _, k := range relevant() {
		switch {
		case c.Effective.Has(k):
			effective = append(effective, k)
		case c.Bounding.Has(k):
			bounding = append(bounding, k)
		}
	}
	text := cmp.Or(names(effective, " "), "none of those that matter")
	if len(bounding) > 0 {
		text += "; in the bounding set only: " + names(bounding, " ")
	}
	return text
}

func answers(steps []Step) string {
	var words []string
	for _, s := range steps {
		switch s.Answer {
		case Accepted:
			words = append(words, s.Name)
		case Refused:
			words = append(words, "not "+s.Name)
		case NotTried:
			words = append(words, s.Name+" not tried")
		}
	}
	return strings.Join(words, ", ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
