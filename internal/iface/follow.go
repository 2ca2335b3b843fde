//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// sync follows a change. What cannot be listed now is at the next one.
func (s *Source) sync() { _ = s.follow() }

// follow makes what is read the interfaces that are up and chosen, and takes
// over the addresses.
func (s *Source) follow() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	local, err := addresses()
	if err != nil {
		return err
	}
	s.local.Store(&local)
	all, err := devices()
	if err != nil {
		return err
	}
	chosen := make(map[int]device)
	known := make(map[uint32]replay.Link)
	for _, d := range all {
		if s.options.chooses(&d) {
			chosen[d.index] = d
			known[uint32(d.index)] = d.link
		}
	}
	s.links.set(known) // before the first packet
	for index, d := range s.read {
		if _, ok := chosen[index]; !ok {
			delete(s.read, index)
			err = errors.Join(err, s.leave(&d))
		}
	}
	clear(s.failed)
	for index, d := range chosen {
		s.join(index, &d)
	}
	return err
}

// join begins to read an interface, or keeps in mind why not.
func (s *Source) join(index int, d *device) {
	err := s.hooks.attach(d)
	switch {
	case err == nil:
		s.read[index] = *d
	case errors.Is(err, unix.ENODEV) || errors.Is(err, os.ErrNotExist) && s.report.Way == WayTCX:
		// gone meanwhile
	default:
		s.failed[index] = Interface{Name: d.name, Index: index, Err: err}
	}
}

func (s *Source) leave(d *device) error {
	if err := s.hooks.detach(d); err != nil {
		return fmt.Errorf("leave interface %s: %w", d.name, err)
	}
	return nil
}

// letGo leaves every interface.
func (s *Source) letGo() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for index, d := range s.read {
		delete(s.read, index)
		errs = append(errs, s.leave(&d))
	}
	return errors.Join(errs...)
}
