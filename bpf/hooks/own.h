/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The collector's own sockets are marked when they are made, so that not one
 * record of its exports reaches the ring. */
#ifndef BEYLA_HOOKS_OWN_H
#define BEYLA_HOOKS_OWN_H

#include "config.h"
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
		st->flags |= BEYLA_S_OWN;
	return BEYLA_ALLOW;
}

/* Run once from user space: tells the collector its number in the initial pid
 * namespace, which it may not be able to see by itself. */
SEC("raw_tp/sched_switch")
int beyla_whoami(void *ctx)
{
	return bpf_get_current_pid_tgid() >> 32;
}

#endif
