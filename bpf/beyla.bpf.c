// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The tap. It reads what every socket of the host sends and receives, and
 * changes nothing.
 *
 *   hooks/packet.h  cgroup_skb at the cgroup v2 root: the bytes. 5.8, CAP_BPF + CAP_NET_ADMIN
 *   hooks/owner.h   recv and send in process context: the thread. CAP_PERFMON
 *   hooks/state.h   inet_sock_set_state: role, failed connects, close. CAP_PERFMON
 *   hooks/own.h     cgroup/sock_create, iter/tcp: the collector's own sockets
 *
 * A *message* begins when the direction of a connection flips. The first
 * beyla_window bytes of it are copied into the ring; of the rest only the count, the time and
 * the last bytes are kept. What the bytes mean is decided in Go.
 */
#include "hooks/own.h"
#include "hooks/owner.h"
#include "hooks/packet.h"
#include "hooks/state.h"

char beyla_license[] SEC("license") = "Dual MIT/GPL";
