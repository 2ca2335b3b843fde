package vmlive

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/net/dns/dnsmessage"
)

// known is the only name that there is.
const known = "a.test."

// serveDNS answers over UDP.
func serveDNS() (addr string, err error) {
	c, err := net.ListenPacket("udp", anywhere)
	if err != nil {
		return "", fmt.Errorf("serve DNS: %w", err)
	}
	go func() {
		query := make([]byte, 512)
		for {
			n, from, err := c.ReadFrom(query)
			if err != nil {
				return
			}
			if reply, err := resolve(query[:n]); err == nil {
				c.WriteTo(reply, from)
			}
		}
	}()
	return c.LocalAddr().String(), nil
}

func resolve(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	if len(m.Questions) != 1 {
		return nil, errors.New("not one question")
	}
	m.Response, m.RCode = true, dnsmessage.RCodeNameError
	if name := m.Questions[0].Name; name.String() == known {
		m.RCode = dnsmessage.RCodeSuccess
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}},
		}}
	}
	return m.Pack()
}

// lookUp asks for a name that there is, and one that there is not.
func lookUp(addr string) error {
	for i, name := range []string{known, "none.test."} {
		if err := query(addr, uint16(i), name); err != nil {
			return fmt.Errorf("look up %s: %w", name, err)
		}
	}
	return nil
}

func query(addr string, id uint16, name string) error {
	m := dnsmessage.Message{
		Header: dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{
			Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET,
		}},
	}
	packet, err := m.Pack()
	if err != nil {
		return err
	}
	c, err := net.Dial("udp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Write(packet); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 512))
	return err
}
