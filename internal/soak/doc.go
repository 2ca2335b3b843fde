// Package soak runs the collector beside mixed traffic for a long time, watches it, and says
// whether it stayed as it was: memory and objects flat, every message accounted for, and as many spans as
// requests were made.
//
//	make soak DURATION=30m
//
// Here are samples, what is asked of them, and the table in which they are kept; the run itself
// is TestSoak, because what it stands on is the tests' (internal/testkit). A short run is part of the
// tests. The picture is drawn by ./plot, a module of its own.
package soak
