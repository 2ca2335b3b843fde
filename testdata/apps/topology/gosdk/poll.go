package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"
)

const pollEvery = 5 * time.Millisecond

// poll asks for something of no request's, again and again, until the standard input ends.
func (s *service) poll() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		path := fmt.Sprintf("/bg/%s/%d-%d", s.name, os.Getpid(), n)
		if err := s.ask(context.Background(), s.background, path); err != nil {
			log.Println("background:", err)
		}
	}
}
