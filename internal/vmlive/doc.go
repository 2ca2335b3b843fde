// Package vmlive holds the test that must pass on every kernel and every rung of the ladder of owner hooks:
// the same requests, between programs in processes of their own, give the same spans, to the last
// attribute. They are in spans.txt (-update writes it).
//
// It needs nothing but its own test binary, which plays the programs, too: so it runs here, and on
// other kernels in virtual machines that have nothing else (internal/testkit/vm).
package vmlive
