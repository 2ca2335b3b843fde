/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The life of a TCP socket: connect, failed connect, accept, close. */
#ifndef BEYLA_HOOKS_STATE_H
#define BEYLA_HOOKS_STATE_H

#include "hooks/owner.h"

/* connect(2), in the caller's context: the owner and the role are certain. */
static __always_inline void beyla_connecting(struct sock *sk)
{
	struct beyla_sock *st =
		bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	__u64 id = bpf_get_current_pid_tgid();

	if (!st || st->flags & BEYLA_S_OWN)
		return;
	if (!(st->flags & BEYLA_S_INIT)) {
		st->flags |= BEYLA_S_INIT;
		st->last_dir = BEYLA_NO_DIR;
		st->cookie = bpf_get_socket_cookie(sk);
		st->cgroup = bpf_get_current_cgroup_id();
	}
	st->role = BEYLA_ROLE_CLIENT;
	st->holder.tgid = id >> 32;
	if (st->holder.tgid == beyla_self) {
		st->flags |= BEYLA_S_OWN;
		return;
	}
	beyla_tell_owner(sk, st->cookie, st->cgroup, st->role);
}

/* A connect that came to nothing. The current task is whoever the softirq
 * interrupted, so the record names the process that called connect. */
static __always_inline void beyla_connect_failed(struct sock *sk, struct beyla_sock *st)
{
	struct beyla_owner own = {};

	own.rec.kind = BEYLA_CONNECT;
	own.rec.cookie = st->cookie;
	own.rec.cgroup = st->cgroup;
	own.rec.role = st->role;
	own.rec.tgid = st->holder.tgid;
	own.rec.time = bpf_ktime_get_boot_ns();
	own.rec.err = BPF_CORE_READ(sk, sk_err);
	beyla_fill_sock(sk, &own.rec);
	beyla_emit_owner(&own);
}

/* The socket is gone: the final counts of both directions. */
static __always_inline void beyla_closed(struct sock *sk, struct beyla_sock *st)
{
	struct beyla_record rec = {};

	if (st->last_dir == BEYLA_NO_DIR)
		return;
	beyla_fill_sock(sk, &rec);
	rec.kind = BEYLA_CLOSE;
	rec.dir = BEYLA_INGRESS;
	rec.role = st->role;
	rec.cookie = st->cookie;
	rec.cgroup = st->cgroup;
	rec.tgid = st->holder.tgid;
	rec.time = bpf_ktime_get_boot_ns();
	rec.pos = st->half[BEYLA_INGRESS].pos;
	rec.last_time = st->half[BEYLA_INGRESS].time;
	rec.other_pos = st->half[BEYLA_EGRESS].pos;
	rec.other_time = st->half[BEYLA_EGRESS].time;
	rec.connect_ns = st->connect_ns;
	beyla_emit_control(&rec);
	if (st->progress)
		bpf_map_delete_elem(&beyla_progress_map, &st->cookie);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(beyla_set_state, struct sock *sk, int oldstate, int newstate)
{
	struct beyla_sock *st;

	if (BPF_CORE_READ(sk, sk_protocol) != 6)
		return 0;
	if (newstate == BEYLA_TCP_SYN_SENT) {
		beyla_connecting(sk);
		return 0;
	}
	if (newstate == BEYLA_TCP_ESTABLISHED && oldstate == BEYLA_TCP_SYN_RECV) {
		st = bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (st) {
			if (!(st->flags & BEYLA_S_INIT))
				st->last_dir = BEYLA_NO_DIR;
			st->role = BEYLA_ROLE_SERVER;
		}
		return 0;
	}
	if (newstate != BEYLA_TCP_CLOSE)
		return 0;
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	if (!st || !(st->flags & BEYLA_S_INIT) || st->flags & BEYLA_S_OWN || st->verdict == BEYLA_V_IGNORE)
		return 0;
	if (oldstate == BEYLA_TCP_SYN_SENT)
		beyla_connect_failed(sk, st);
	else
		beyla_closed(sk, st);
	if (beyla_owner_in_map)
		bpf_map_delete_elem(&beyla_owner_map, &st->cookie);
	return 0;
}

#endif
