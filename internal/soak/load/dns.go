package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver asks a DNS server for names of the zone "test", each with a socket of its own.
type resolver struct {
	network, addr string
	next          int
}

func newUDP(o options) (worker, error) { return &resolver{network: "udp", addr: o.addr}, nil }
func newTCP(o options) (worker, error) { return &resolver{network: "tcp", addr: o.addr}, nil }

var errID = errors.New("the answer to another question")

func (r *resolver) tick(ctx context.Context) (int, error) {
	names := [...]string{"a.test.", "many.test.", "www.test.", "none.test."}
	name := names[r.next%len(names)]
	r.next++
	id := uint16(rand.Uint32())
	query, err := question(id, name)
	if err != nil {
		return 0, err
	}
	answer, err := r.ask(ctx, query)
	if err != nil {
		return 0, fmt.Errorf("ask for %s over %s: %w", name, r.network, err)
	}
	var p dnsmessage.Parser
	head, err := p.Start(answer)
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	if head.ID != id {
		return 0, fmt.Errorf("ask for %s: %w", name, errID)
	}
	return 1, nil
}

func question(id uint16, name string) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	if err := b.StartQuestions(); err != nil {
		return nil, fmt.Errorf("make a query: %w", err)
	}
	full, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, fmt.Errorf("make a query: %w", err)
	}
	if err := b.Question(dnsmessage.Question{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}); err != nil {
		return nil, fmt.Errorf("make a query: %w", err)
	}
	query, err := b.Finish()
	if err != nil {
		return nil, fmt.Errorf("make a query: %w", err)
	}
	return query, nil
}

// ask sends the query; over TCP with its length before it: RFC 1035, section 4.2.2.
func (r *resolver) ask(ctx context.Context, query []byte) ([]byte, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, r.network, r.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(at); err != nil {
			return nil, err
		}
	}
	if r.network == "udp" {
		if _, err := conn.Write(query); err != nil {
			return nil, err
		}
		answer := make([]byte, 1232)
		n, err := conn.Read(answer)
		return answer[:n], err
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...)); err != nil {
		return nil, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err = io.ReadFull(conn, answer)
	return answer, err
}

func (r *resolver) close() {}
