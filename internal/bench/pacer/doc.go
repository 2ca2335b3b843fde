// Package pacer is an HTTP/1.1 client that sends at a fixed rate and measures
// how long the answers take, counted from the moment when each request was due: a
// server that stalls is charged for every request that had to wait for it. It runs on Linux.
//
// The program around it is testdata/apps/pacer.
package pacer
