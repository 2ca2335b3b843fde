package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

var errNotLogged = errors.New("not in the collector's log")

// Messages of the Collector's service, each logged once.
const (
	logStarting = "Starting extensions..."
	logReady    = "Everything is ready. Begin running and processing data."
)

// logged is when the collector logged a message first.
func logged(log, message string) (time.Time, error) {
	for line := range strings.Lines(log) {
		var entry struct {
			TS  time.Time `json:"ts"`
			Msg string    `json:"msg"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg != message {
			continue // what is not a log line comes from a crash, and has no message
		}
		return entry.TS, nil
	}
	return time.Time{}, fmt.Errorf("%w: %q", errNotLogged, message)
}
