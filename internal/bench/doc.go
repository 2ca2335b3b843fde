// Command bench measures what the receiver costs a host, and prints each figure
// beside its target.
//
// It needs root and Linux, and starts everything itself: nginx that answers
// "hello", wrk or the paced client of ./pacer as load, and the collector of
// dist/otelcol-beyla with a configuration of its own. All of them share two CPUs.
//
// Machines are shared and noisy, so:
//
//	throughput, latency   interleaved pairs (without, with, without, with, ...) and the median of
//	                      their ratios; the extremes are printed beside it
//	kernel time           the kernel's own statistics of each program, in runs of their own,
//	                      because statistics cost time
//	user CPU              the CPU clock of the collector's process over the spans that it emitted
//	memory                the kernel's account of the process (VmRSS, VmHWM)
//	allocations, pdata    go test -bench
//
// A missed target is a "false" in the table, never a failed run; what fails is a
// measurement that could not be made.
package main
