// Package iface is the source that reads network interfaces: traffic that ends in no
// socket of this host, as that of virtual machines, of forwarded and sandboxed pods, or of a
// mirrored port. It gives the very records that the tap gives, made by internal/replay
// from packets.
//
// # The ways
//
// Tried in this order, unless one is asked for:
//
//   - tcx (Linux 6.6): two programs at the head of each interface's list, in and out.
//     They pass with the file descriptors that hold them, whatever happens to the process.
//   - clsact: the same programs as classifiers of a clsact queueing discipline, which is
//     added where there is none. What others put there is left alone, and the discipline
//     stays when we go: somebody may have come to rely on it. If the process is killed its
//     classifiers stay, too, and do nothing but find a ring that nobody reads.
//   - AF_PACKET with a socket filter: takes CAP_NET_RAW only, sees what leaves after
//     others' programs and not before, and copies every packet whole.
//
// The first two answer "next" (TCX_NEXT, TC_ACT_UNSPEC) to every packet, so what other
// programs decide stays theirs; and they go first, so that they see what others redirect.
//
// # What is seen
//
// Of each packet the first 16 KiB and the last eight bytes are copied (AF_PACKET: all
// of it). Acknowledgements that carry nothing are not, nor is what is neither TCP nor UDP nor
// may carry them.
//
// One packet may pass several interfaces, or one twice (loopback). Of TCP every byte
// is given once, from wherever it comes first. Datagrams have no numbers by which they would
// be known again, so whichever interface and direction shows a side's datagrams first is the only
// one believed until it has been silent for a second. A flow whose addresses are
// translated on the way is two flows.
//
// # Interfaces that come and go
//
// Links and addresses are followed with rtnetlink, in the network namespace that the
// source was opened in.
package iface

//go:generate go tool bpf2go -cc clang-19 -strip llvm-strip-19 -target amd64,arm64 -type beyla_iface_packet -type beyla_iface_flow -type beyla_iface_counts -type beyla_iface_counter bpf ../../bpf/iface.bpf.c -- -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -I../../bpf/include -I../../bpf
