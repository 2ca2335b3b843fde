package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/metadata"
)

// load calls the entry of a row.
type load struct {
	ask          asker
	addr, header string
	requests     int64
}

// run tells whether all went well.
func (l load) run(concurrency int) bool {
	var next, failed atomic.Int64
	var all sync.WaitGroup
	for range concurrency {
		all.Go(func() {
			for n := next.Add(1); n <= l.requests; n = next.Add(1) {
				if err := l.once(n); err != nil {
					failed.Add(1)
					log.Println(err)
				}
			}
		})
	}
	all.Wait()
	return failed.Load() == 0
}

func (l load) once(n int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	path := "/w/" + strconv.FormatInt(n, 10)
	switch l.header {
	case "x-request-id":
		ctx = metadata.AppendToOutgoingContext(ctx, l.header, random(16))
	case "traceparent":
		span := random(8)
		ctx = metadata.AppendToOutgoingContext(ctx, l.header, "00-"+random(16)+"-"+span+"-01")
		say("remote", span+" "+path)
	}
	return l.ask.call(ctx, l.addr, path)
}

// random is n random bytes in hex.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return hex.EncodeToString(b)
}
