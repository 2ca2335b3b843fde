/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The collector's own sockets are marked when they are made, so that not one
 * record of its exports reaches the ring. */
#ifndef BEYLA_HOOKS_OWN_H
#define BEYLA_HOOKS_OWN_H

#include <bpf/bpf_core_read.h>
#include "config.h"
#include "lib/kernel.h"
#include "maps.h"

#define BEYLA_ALLOW 1

SEC("cgroup/sock_create")
int beyla_sock_create(struct bpf_sock *sk)
{
	struct beyla_sock *st;

	if (!beyla_self || bpf_get_current_pid_tgid() >> 32 != beyla_self)
		return BEYLA_ALLOW;
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (st)
		st->own = 1;
	return BEYLA_ALLOW;
}

/* Run from user space for each MPTCP listener that was open before: marks the
 * socket that the kernel made for it, which no file descriptor leads to. The two share the inode
 * number (mptcp_subflow_create_socket). */
SEC("iter/tcp")
int beyla_own_listener(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct socket_alloc *inode;
	struct tcp_sock *tp;
	struct beyla_sock *st;

	if (!skc || skc->skc_state != BEYLA_TCP_LISTEN)
		return 0;
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return 0;
	inode = (struct socket_alloc *)BPF_CORE_READ((struct sock *)tp, sk_socket);
	if (!inode || BPF_CORE_READ(inode, vfs_inode.i_ino) != beyla_own_inode)
		return 0;
	st = bpf_sk_storage_get(&beyla_socks, tp, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (st)
		st->own = 1;
	return 0;
}

/* Run once from user space: tells the collector its number in the initial pid
 * namespace, which it may not be able to see by itself. */
SEC("raw_tp/sched_switch")
int beyla_whoami(void *ctx)
{
	return bpf_get_current_pid_tgid() >> 32;
}

#endif
