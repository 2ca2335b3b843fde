//go:build linux && (amd64 || arm64)

package tap

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// hook is one program of a rung. A needless one may fail alone.
type hook struct {
	program string
	symbol  string
	needed  bool
}

// rung is one way to learn of owners.
type rung struct {
	name  Rung
	hooks []hook
}

// ladder lists the rungs, best first.
func ladder() []rung {
	return []rung{
		{RungTracepoint, []hook{
			{program: "beyla_tp_recv", needed: true},
			{program: "beyla_tp_send", needed: true},
		}},
		{RungFexit, []hook{
			{program: "beyla_fx_tcp_recv", needed: true},
			{program: "beyla_fx_tcp_send", needed: true},
			{program: "beyla_fx_udp_recv"},
			{program: "beyla_fx_udp_send"},
			{program: "beyla_fx_udp6_recv"},
			{program: "beyla_fx_udp6_send"},
		}},
		{RungKprobe, []hook{
			{program: "beyla_kp_tcp_recv", symbol: "tcp_cleanup_rbuf", needed: true},
			{program: "beyla_kp_tcp_send", symbol: "tcp_sendmsg", needed: true},
			{program: "beyla_kp_udp_recv", symbol: "skb_consume_udp"},
			{program: "beyla_kp_udp_send", symbol: "udp_sendmsg"},
			{program: "beyla_kp_udp6_send", symbol: "udpv6_sendmsg"},
		}},
	}
}

// climb attaches the best rung that the kernel takes. The programs loaded after
// it know whether owners stand in socket storage or in a map.
func (l *loader) climb(o Options) error {
	l.report.Owners = RungNone
	for _, rung := range ladder() {
		if o.Owners != RungAuto && o.Owners != rung.name {
			continue
		}
		if err := l.tryThreads(o, "readers by "+string(rung.name), &l.report.Readers, func() error {
			return l.tryRung(rung.hooks)
		}); err != nil {
			l.missing("owner hooks by "+string(rung.name), err)
			continue
		}
		l.report.Owners = rung.name
		break
	}
	if l.report.Owners == RungKprobe {
		return l.set("beyla_owner_in_map", uint32(1))
	}
	return nil
}

// tryThreads loads programs that say which thread they see, or else the same
// programs without that.
func (l *loader) tryThreads(o Options, feature string, got *bool, load func() error) error {
	l.hollow.writer = !o.Threads
	if o.Threads {
		if err := l.set("beyla_threads", uint32(1)); err != nil {
			return err
		}
		err := load()
		if err == nil {
			*got = true
			return nil
		}
		l.missing(feature, err)
	}
	if err := l.set("beyla_threads", uint32(0)); err != nil {
		return err
	}
	l.hollow.writer = true
	return load()
}

func (l *loader) tryRung(hooks []hook) error {
	mark := l.links.mark()
	for _, h := range hooks {
		err := l.tryHook(h)
		if err != nil && h.needed {
			return errors.Join(err, l.links.rewind(mark))
		}
		if err != nil {
			l.missing("owner hook "+h.program, err)
		}
	}
	return nil
}

func (l *loader) tryHook(h hook) error {
	c, err := l.programs(h.program)
	if err != nil {
		return fmt.Errorf("load %s: %w", h.program, err)
	}
	defer c.Close() // the link keeps the program
	k, err := attachHook(c.Programs[h.program], h.symbol)
	if err != nil {
		return fmt.Errorf("attach %s: %w", h.program, err)
	}
	l.links.add(k)
	return nil
}

func attachHook(p *ebpf.Program, symbol string) (link.Link, error) {
	if symbol != "" {
		return link.Kprobe(symbol, p, nil)
	}
	return link.AttachTracing(link.TracingOptions{Program: p})
}

// loadStates attaches to inet_sock_set_state.
func (l *loader) loadStates() {
	if err := l.tryHook(hook{program: "beyla_set_state"}); err != nil {
		l.missing("socket states by tp_btf", err)
		return
	}
	l.report.States = true
}

// loadRelease lets go of the owners of UDP sockets, which kprobes keep by cookie.
func (l *loader) loadRelease(o Options) {
	if l.report.Owners != RungKprobe {
		return
	}
	if err := l.loadCgroup(o, "beyla_sock_release", ebpf.AttachCgroupInetSockRelease); err != nil {
		l.missing("release of UDP owners by cgroup/sock_release", err)
	}
}

// loadOwnSockets marks the collector's sockets when they are made.
func (l *loader) loadOwnSockets(o Options) {
	if o.TraceSelf {
		return
	}
	if err := l.loadCgroup(o, "beyla_sock_create", ebpf.AttachCGroupInetSockCreate); err != nil {
		l.missing("own sockets by cgroup/sock_create", err)
		return
	}
	l.report.OwnSockets = true
}

// loadCgroup loads one program and attaches it to the cgroup.
func (l *loader) loadCgroup(o Options, name string, at ebpf.AttachType) error {
	c, err := l.programs(name)
	if err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	defer c.Close() // the link keeps the program
	k, err := link.AttachCgroup(link.CgroupOptions{Path: o.CgroupPath, Program: c.Programs[name], Attach: at})
	if err != nil {
		return fmt.Errorf("attach %s to %s: %w", name, o.CgroupPath, err)
	}
	l.links.add(k)
	return nil
}
