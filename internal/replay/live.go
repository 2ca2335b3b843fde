//go:build amd64 || arm64

package replay

import (
	"github.com/gopacket/gopacket/layers"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Link says how a live packet begins.
type Link uint8

// The links.
const (
	// Ethernet: with the header of IEEE 802.3, tags or not.
	Ethernet Link = iota
	// IP: with the IP header, as devices without a link layer have it.
	IP
)

// Packet is one packet of a live stream.
type Packet struct {
	// Time is when it passed, in nanoseconds of whatever clock records are to have.
	Time int64
	// Data is what was captured. It must stay until the next Feed.
	Data []byte
	// Wire is how many bytes the packet had, >= len(Data).
	Wire int
	Link Link
	// Tail is the end of a packet longer than Data, eight bytes; nil if not known.
	Tail []byte
	// Via names the place where it was seen (an interface and a direction). A
	// packet may pass several, and is one all the same.
	Via uint32
}

// LiveOptions bound what a Live holds and gives. Zero values mean the defaults.
type LiveOptions struct {
	Options
	// Window is how many bytes of each message's start are given, as with the
	// tap. Default 8 KiB.
	Window int
}

const defaultWindow = 8 << 10

// Live turns packets that come without end into records. It differs from a
// Reader in what a connection costs and how long it is kept:
//
//   - Of each message the first Window bytes are given, more only where the
//     connection's verdict says so; the rest is counted (Progress). Of a packet that
//     reaches beyond, the last bytes are given, too: a chunked body's end shows in them.
//   - A connection that is silent for ten minutes, and a pair of UDP endpoints
//     that is for one, is forgotten, without a word of its end, which nobody saw.
//
// It belongs to one goroutine.
type Live struct {
	decoder decoder
	tracker tracker
	stats   Stats
	packet  packet
	given   int // of tracker.queue
}

// NewLive makes one.
func NewLive(o LiveOptions) *Live {
	o.fill()
	if o.Window <= 0 {
		o.Window = defaultWindow
	}
	l := &Live{}
	l.tracker = tracker{table: newTable(o.MaxConnections), maxPayload: o.MaxPayload, window: int64(o.Window), stats: &l.stats}
	l.tracker.table.byCookie = make(map[uint64]*conn)
	return l
}

// Feed takes the next packet. The records of the one before must have been
// read: Next has answered false.
func (l *Live) Feed(in *Packet) {
	t := &l.tracker
	t.queue, l.given = t.queue[:0], 0
	l.stats.Packets++
	p := &l.packet
	p.time, p.via, p.tailLen = in.Time, in.Via, copy(p.tail[:], in.Tail)
	link := layers.LinkTypeEthernet
	if in.Link == IP {
		link = layers.LinkTypeRaw
	}
	ip, why := unwrap(link, in.Data)
	if why == Reasons {
		why = l.decoder.ip(ip, in.Wire-(len(in.Data)-len(ip)), p)
	}
	t.take(p, why)
	l.stats.Reassembled = l.decoder.fragments.done
}

// Next puts the next record of the packet that was fed into *rec, reusing its
// memory; false when there is none. The format is Reader.Read's.
func (l *Live) Next(rec *[]byte) bool {
	if l.given == len(l.tracker.queue) {
		return false
	}
	i := &l.tracker.queue[l.given]
	l.given++
	*rec = appendRecord((*rec)[:0], &i.rec, i.payload)
	l.stats.Records++
	return true
}

// Expire forgets what has been silent for too long at this time. Records may
// come of it.
func (l *Live) Expire(now int64) { l.tracker.expire(now) }

// Flush says what was held back, at the end of the stream.
func (l *Live) Flush() { l.tracker.flush() }

// Stats is what became of the packets so far.
func (l *Live) Stats() Stats { return l.stats }

// Tuple is a connection by its addresses; which end comes first says nothing.
type Tuple struct {
	Addr      [2][16]byte // IPv4 in the first four bytes
	Port      [2]uint16
	Transport event.Transport
	Family    uint8 // 4 or 6
}

// Ignore gives nothing more of a connection, until a new one is opened on its
// addresses. It answers which they are; false if it is not known.
func (l *Live) Ignore(cookie uint64) (Tuple, bool) {
	c := l.tracker.table.byCookie[cookie]
	if c == nil {
		return Tuple{}, false
	}
	l.tracker.ignore(c)
	a, b := &c.key.ends[lower], &c.key.ends[higher]
	return Tuple{
		Addr: [2][16]byte{a.addr, b.addr}, Port: [2]uint16{a.port, b.port},
		Transport: event.Transport(c.key.transport), Family: c.key.family,
	}, true
}

// TakeAll gives every captured byte of a connection from now on.
func (l *Live) TakeAll(cookie uint64) {
	if c := l.tracker.table.byCookie[cookie]; c != nil {
		c.all = true
	}
}

// Progress tells how far the message has come that is longer than its window;
// false when there is none.
func (l *Live) Progress(cookie uint64, r *tap.ProgressRecord) bool {
	c := l.tracker.table.byCookie[cookie]
	if c == nil || c.ignored || c.long == nobody {
		return false
	}
	h := &c.half[c.long]
	*r = tap.ProgressRecord{
		Pos: uint64(h.high), Time: uint64(h.last), Dir: uint32(c.dir(c.long)), Seq: h.next,
		Tail: c.tail, TailLen: uint32(c.tailLen),
	}
	return true
}
