package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const backgroundEvery = 15 * time.Millisecond // three kinds of it: one every 5 ms

// background sends requests that belong to no request that is served.
type background struct {
	s       settings
	send    sender
	n       atomic.Int64
	stopped atomic.Bool
}

// eager polls from the start of the program on: from a loop, and from a timer's goroutines.
func (b *background) eager() {
	b.timer()
	b.lazy()
}

func (b *background) timer() {
	time.AfterFunc(backgroundEvery, func() {
		if b.once() {
			b.timer()
		}
	})
}

// lazy polls, too: in main's goroutines, and in one that the first request's handler
// starts and that outlives it: a descendant of a goroutine that handles other requests now.
func (b *background) lazy() {
	for b.once() {
		time.Sleep(backgroundEvery)
	}
}

func (b *background) once() bool {
	if b.s.background == "" || b.stopped.Load() {
		return false
	}
	url := fmt.Sprintf("http://%s/bg/%s/%d-%d", b.s.background, b.s.name, os.Getpid(), b.n.Add(1))
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err == nil {
		err = ask(b.send, r)
	}
	if err != nil {
		log.Println("background:", err)
	}
	return true
}

func (b *background) untilInputEnds() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	b.stopped.Store(true)
}
