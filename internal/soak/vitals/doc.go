// Package vitals looks at a running collector from outside: what the kernel accounts to
// its process (/proc), which eBPF objects it holds (the descriptors' fdinfo), and what it
// says of itself (Prometheus text, pprof). It needs no library and changes nothing.
package vitals
