// Command tls is a service of a topology row, as the package comment of
// internal/topology describes one, over HTTPS. Each request has a connection of its own,
// whose handshake asks for a server by the name that the path gives: /w/17.1 asks for
// w--17.1.test. So the path is there for who cannot read the request.
//
// TOPOLOGY_MODE=front listens for plain HTTP, as the load client speaks it. TOPOLOGY_TLS is
// the version: 1.2 or 1.3. With TOPOLOGY_TURNS the handshake of 1.3 is a request of its own in what it
// says, /w/17.1h: it is one when a span is made of every turn.
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const backgroundEvery = 5 * time.Millisecond

func main() {
	s := &service{next: list("TOPOLOGY_NEXT"), config: config(os.Getenv("TOPOLOGY_TLS")), turns: os.Getenv("TOPOLOGY_TURNS") != ""}
	l, err := net.Listen("tcp", os.Getenv("TOPOLOGY_LISTEN"))
	if err != nil {
		log.Fatal(err)
	}
	if os.Getenv("TOPOLOGY_MODE") != "front" {
		l = tls.NewListener(l, s.config)
	}
	go s.background(os.Getenv("TOPOLOGY_BACKGROUND"), os.Getenv("TOPOLOGY_NAME"))
	log.Fatal(http.Serve(l, s))
}

func list(key string) []string {
	return strings.FieldsFunc(os.Getenv(key), func(r rune) bool { return r == ',' })
}

// config has a certificate of our own, which nobody looks at.
func config(version string) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	c := &tls.Config{
		Certificates:       []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13,
	}
	if version == "1.2" {
		c.MaxVersion = tls.VersionTLS12
	}
	return c
}

type service struct {
	next   []string
	config *tls.Config
	turns  bool
}

// ServeHTTP does the work that is asked for.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	if strings.HasPrefix(r.URL.Path, "/w/") {
		err = s.work(r.URL.Path)
	}
	if s.turns && r.TLS != nil {
		say("served", r.URL.Path+"h")
	}
	say("served", r.URL.Path)
	if err != nil {
		log.Println(err)
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, "done")
}

func (s *service) work(path string) error {
	if len(s.next) == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	for k, addr := range s.next {
		if err := s.ask(addr, fmt.Sprintf("%s.%d", path, k+1)); err != nil {
			return err
		}
	}
	return nil
}

var errStatus = errors.New("the answer is not 200")

// ask sends a request over a connection of its own, and says so when it was answered.
func (s *service) ask(addr, path string) error {
	c := s.config.Clone()
	c.ServerName = strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "--") + ".test"
	conn, err := tls.Dial("tcp", addr, c)
	if err != nil {
		return err
	}
	defer conn.Close()
	r, err := http.NewRequest(http.MethodGet, "https://"+c.ServerName+path, nil)
	if err != nil {
		return err
	}
	if err := r.Write(conn); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if s.turns {
		say("sent", path+"h")
	}
	say("sent", path)
	if resp.StatusCode != http.StatusOK {
		return errStatus
	}
	return nil
}

// background sends requests that belong to none that is served, until the input ends.
func (s *service) background(addr, name string) {
	over := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(over)
	}()
	if addr == "" {
		return
	}
	for n := 0; ; n++ {
		select {
		case <-over:
			return
		case <-time.After(backgroundEvery):
		}
		if err := s.ask(addr, fmt.Sprintf("/bg/%s/%d-%d", name, os.Getpid(), n)); err != nil {
			log.Println("background:", err)
		}
	}
}

func say(what, path string) { _, _ = os.Stdout.WriteString(what + " " + path + "\n") }
