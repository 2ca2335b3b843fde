// Package faults builds, for real, what goes wrong around a collector, and holds the receiver to what
// it promises then: the traced programs notice nothing, nothing stays behind in the kernel, memory stays
// within bounds, and what is lost is counted, exactly.
//
// Every test has a cgroup of its own, reads only that, and signals only what it started. What takes long
// is done in part, and in full with -at-length; what changes the whole machine (its clock, its
// CPUs) only with -own-machine. "make faults" does the former.
package faults
