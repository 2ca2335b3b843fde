package inner

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// maxSniff is how many bytes are held while nobody is sure.
const maxSniff = 16 << 10

// sniffer is the parser inside a tunnel: at first of whatever comes, then of what it turned out to be.
type sniffer struct {
	registry  *Registry
	transport event.Transport
	sink      proto.Sink

	// parser is whose the bytes are, once that is known; settled and without one they are nobody's.
	parser  proto.Parser
	settled bool

	// held are the segments that were taken meanwhile, heads the bytes of each direction.
	held  []segment
	heads [2][]byte
	ends  [2]end
	lost  [2]lost
}

// segment is one that is held.
type segment struct {
	dir proto.Dir
	proto.Segment
}

// end is how a direction ended before anybody could be told.
type end struct {
	ended bool
	last  int64
	how   proto.Ending
}

// lost is the newest message of a direction that was told to be.
type lost struct {
	told    bool
	ordinal uint32
}

// Feed implements proto.Parser.
func (s *sniffer) Feed(dir proto.Dir, seg *proto.Segment) {
	if s.settled {
		s.pass(dir, seg)
		return
	}
	heads := s.heads
	if len(s.held) == 0 {
		heads[dir] = seg.Bytes // mostly they tell; then nothing is copied
	} else {
		s.heads[dir] = append(s.heads[dir], seg.Bytes...)
		heads = s.heads
	}
	p, verdict := s.ask(heads)
	if verdict == proto.NeedMore && len(heads[0])+len(heads[1]) <= maxSniff {
		s.hold(dir, seg)
		return
	}
	if verdict != proto.Yes {
		p = s.registry.Opaque
	}
	s.settle(p)
	s.pass(dir, seg)
	s.tellEnds()
}

// ask puts the bytes to every protocol.
func (s *sniffer) ask(heads [2][]byte) (proto.Protocol, proto.Verdict) {
	best := proto.No
	for _, p := range s.registry.Protocols {
		switch p.Detect(s.transport, heads[proto.ToServer], heads[proto.ToClient]) {
		case proto.Yes:
			return p, proto.Yes
		case proto.NeedMore:
			best = proto.NeedMore
		}
	}
	return nil, best
}

// hold keeps a segment until it is known whose it is.
func (s *sniffer) hold(dir proto.Dir, seg *proto.Segment) {
	if len(s.held) == 0 {
		s.heads[dir] = append(s.heads[dir], seg.Bytes...)
	}
	kept := segment{dir: dir, Segment: *seg}
	kept.Bytes = bytes.Clone(seg.Bytes)
	s.held = append(s.held, kept)
}

// settle gives the connection, and all that was held of it, to a protocol; nil: to nobody.
func (s *sniffer) settle(p proto.Protocol) {
	s.settled = true
	if p != nil {
		s.parser = p.NewParser(s.transport, s.sink)
	}
	held := s.held
	s.held, s.heads = nil, [2][]byte{}
	for i := range held {
		s.pass(held[i].dir, &held[i].Segment)
	}
}

// tellEnds tells the parser of directions that ended before there was one.
func (s *sniffer) tellEnds() {
	for dir, e := range s.ends {
		if e.ended && s.parser != nil {
			s.parser.Close(proto.Dir(dir), e.last, e.how)
		}
	}
}

// pass hands a segment on, or counts its message as lost, once.
func (s *sniffer) pass(dir proto.Dir, seg *proto.Segment) {
	if s.parser != nil {
		s.parser.Feed(dir, seg)
		return
	}
	l := &s.lost[dir]
	if !l.told || l.ordinal != seg.Origin.Ordinal {
		*l = lost{told: true, ordinal: seg.Origin.Ordinal}
		s.sink.Lost(seg.Message, proto.LostOpaque)
	}
}

// Gap implements proto.Parser. With bytes missing nobody can be sure any more.
func (s *sniffer) Gap(dir proto.Dir, at, n int64) {
	early := !s.settled
	if early {
		s.settle(s.registry.Opaque)
	}
	if s.parser != nil {
		s.parser.Gap(dir, at, n)
	}
	if early {
		s.tellEnds()
	}
}

// Close implements proto.Parser. What is held when the last direction ends was nobody's.
func (s *sniffer) Close(dir proto.Dir, last int64, how proto.Ending) {
	if s.settled {
		if s.parser != nil {
			s.parser.Close(dir, last, how)
		}
		return
	}
	s.ends[dir] = end{ended: true, last: last, how: how}
	if s.ends[dir.Flip()].ended && len(s.held) > 0 {
		s.settle(s.registry.Opaque)
		s.tellEnds()
	}
}

// Wants implements proto.Parser.
func (s *sniffer) Wants(dir proto.Dir) proto.Want {
	switch {
	case s.parser != nil:
		return s.parser.Wants(dir)
	case s.settled:
		return proto.Nothing
	}
	return proto.Heads
}
