// Package tap is the kernel side: it loads and attaches the eBPF programs under
// bpf/, climbs the ladder of owner hooks as far as the kernel lets it, and reads
// the ring. It is the only importer of cilium/ebpf.
//
// What the kernel can do is found out by asking it (a program that does not load
// or attach is a rung not reached), never by its version. Only the two packet
// programs are required; everything else is reported as missing and does without.
package tap

//go:generate go tool bpf2go -cc clang-19 -strip llvm-strip-19 -target amd64,arm64 -type beyla_record -type beyla_owner -type beyla_read -type beyla_progress -type beyla_verdict -type beyla_sock -type beyla_walker -type beyla_counts -type beyla_kind -type beyla_dir -type beyla_role -type beyla_flag -type beyla_limit -type beyla_verdict_kind -type beyla_counter bpf ../../bpf/beyla.bpf.c -- -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -I../../bpf/include -I../../bpf
