//go:build linux && (amd64 || arm64)

package iface

import (
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
)

// settle is how long changes are collected before they are followed: interfaces
// come with a burst of messages.
const settle = 20 * time.Millisecond

// again is how soon a subscription that broke is made anew.
const again = time.Second

// watcher tells when links or addresses change. What changed is not taken from
// the messages, of which some may be lost: everything is listed anew.
type watcher struct {
	changed chan struct{} // one is enough
	quit    chan struct{}
	done    chan struct{}
}

// watch begins to follow changes and calls sync after each, from one goroutine.
func watch(sync func()) (*watcher, error) {
	w := &watcher{changed: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	s, err := subscribe(w.changed)
	if err != nil {
		return nil, err
	}
	go w.run(s, sync)
	return w, nil
}

func (w *watcher) run(s *subscription, sync func()) {
	defer close(w.done)
	for {
		select {
		case <-w.quit:
			s.close()
			return
		case <-w.changed:
			w.wait(settle)
			sync()
		case <-s.broken:
			s.close()
			if s = w.renew(); s == nil {
				return
			}
			sync() // what happened meanwhile
		}
	}
}

// renew subscribes again, until it works or the watcher is closed.
func (w *watcher) renew() *subscription {
	for w.wait(again) {
		if s, err := subscribe(w.changed); err == nil {
			return s
		}
	}
	return nil
}

// wait waits; false when the watcher was closed meanwhile.
func (w *watcher) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-w.quit:
		return false
	case <-t.C:
		return true
	}
}

// close ends the watcher; sync is not under way any more then.
func (w *watcher) close() {
	close(w.quit)
	<-w.done
}

// subscription is one to links and one to addresses.
type subscription struct {
	quit   chan struct{}
	broken chan struct{} // the kernel had more to say than there was room for
	ended  chan struct{}
}

// subscribe tells changed of every message.
func subscribe(changed chan<- struct{}) (*subscription, error) {
	s := &subscription{quit: make(chan struct{}), broken: make(chan struct{}, 2), ended: make(chan struct{}, 2)}
	links, addrs := make(chan netlink.LinkUpdate), make(chan netlink.AddrUpdate)
	if err := netlink.LinkSubscribe(links, s.quit); err != nil {
		return nil, fmt.Errorf("subscribe to links: %w", err)
	}
	go forward(s, links, changed)
	if err := netlink.AddrSubscribe(addrs, s.quit); err != nil {
		close(s.quit)
		<-s.ended
		return nil, fmt.Errorf("subscribe to addresses: %w", err)
	}
	go forward(s, addrs, changed)
	return s, nil
}

// forward works until the library closes the channel: it was told to, or broke.
func forward[T any](s *subscription, updates <-chan T, changed chan<- struct{}) {
	for range updates {
		select {
		case changed <- struct{}{}:
		default: // somebody is told already
		}
	}
	s.broken <- struct{}{}
	s.ended <- struct{}{}
}

// close ends it and waits for what it started.
func (s *subscription) close() {
	close(s.quit)
	<-s.ended
	<-s.ended
}
