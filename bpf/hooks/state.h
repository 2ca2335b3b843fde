/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The life of a TCP socket: connect, failed connect, accept, close. */
#ifndef BEYLA_HOOKS_STATE_H
#define BEYLA_HOOKS_STATE_H

#include "hooks/owner.h"
#include "hooks/packet.h"

/* A socket may connect again after a disconnect (connect to AF_UNSPEC): what is
 * kept of its earlier connection is void. */
static __always_inline void beyla_renew(struct sock *sk, struct beyla_sock *st)
{
	st->half[BEYLA_INGRESS] = (struct beyla_half){};
	st->half[BEYLA_EGRESS] = (struct beyla_half){};
	st->hole[BEYLA_INGRESS] = (struct beyla_hole){};
	st->hole[BEYLA_EGRESS] = (struct beyla_hole){};
	st->holder = (struct beyla_holder){};
	st->syn_time = 0;
	st->connect_us = 0;
	st->again = 0;
	st->told = 0;
	st->shed = 0;
	st->shown = 0;
	st->untold = 0;
	st->asks = 0;
	if (st->verdict == BEYLA_V_FRAMES)
		bpf_sk_storage_delete(&beyla_http2_map, sk);
	st->verdict = BEYLA_V_WINDOW;
	st->turn = 0;
	beyla_drop_progress(st);
}

/* Whether the current task is in the cgroup that is looked at, or below it. The
 * packet hooks are attached there, this one sees the whole host. A cgroup namespace
 * hides how deep that one lies, so every depth is tried: the first one hits for the root. */
static __always_inline int beyla_in_scope(void)
{
	__u64 id;
	int depth;

	for (depth = 0; depth < 32; depth++) {
		id = bpf_get_current_ancestor_cgroup_id(depth);
		if (!id || id == beyla_cgroup)
			break;
	}
	return depth < 32 && id == beyla_cgroup;
}

/* A process that connects is no leaf (any more): who reads its requests matters. */
static __always_inline void beyla_calls(__u32 tgid)
{
	struct beyla_process *p = bpf_map_lookup_elem(&beyla_process_map, &tgid);

	if (p && p->leaf)
		p->leaf = 0;
}

/* connect(2), in the caller's context: the owner and the role are certain. */
static __always_inline void beyla_connecting(struct sock *sk)
{
	struct beyla_sock *st;
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!beyla_in_scope())
		return;
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st || st->own)
		return;
	if (tgid == beyla_self) {
		st->own = 1;
		return;
	}
	if (!st->cookie)
		st->cookie = bpf_get_socket_cookie(sk);
	beyla_renew(sk, st);
	st->role = BEYLA_ROLE_CLIENT;
	st->holder.tgid = tgid;
	if (beyla_owner_in_map)
		bpf_map_update_elem(&beyla_owner_map, &st->cookie, &st->holder, BPF_ANY);
	beyla_calls(tgid);
	if (beyla_shed && beyla_crowded(beyla_ring_fill(), beyla_wake_bytes)) {
		st->untold = 1; /* it may be left out; if it is not, its first write tells */
		return;
	}
	st->shown = 1;
	beyla_tell_owner(sk, st->cookie, bpf_get_current_cgroup_id(), st->role);
}

/* listen(2), in the caller's context. Listeners of MPTCP, which Go programs have
 * by default, are sockets of the kernel's own making: no hook of a socket's
 * creation sees them, and no descriptor leads to them. */
static __always_inline void beyla_listening(struct sock *sk)
{
	struct beyla_sock *st;

	if (!beyla_self || bpf_get_current_pid_tgid() >> 32 != beyla_self)
		return;
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (st)
		st->own = 1;
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
	own.rec.note = BPF_CORE_READ(sk, sk_err);
	beyla_fill_sock(sk, &own.rec);
	beyla_emit_owner(&own);
}

/* The socket is gone: the final counts of both directions. */
static __always_inline void beyla_closed(struct sock *sk, struct beyla_sock *st)
{
	struct beyla_record *rec;

	if (!st->turn || beyla_unknown(st))
		return;
	rec = beyla_control();
	if (!rec)
		return;
	beyla_fill(st, beyla_who(st), BEYLA_INGRESS, bpf_ktime_get_boot_ns(), 0, rec);
	beyla_fill_sock(sk, rec);
	rec->kind = BEYLA_CLOSE;
	rec->dir = BEYLA_INGRESS;
	rec->role = st->role;
	rec->pos = st->half[BEYLA_INGRESS].pos;
	beyla_submit_control(rec);
}

/* Any state to CLOSE. */
static __always_inline void beyla_over(struct sock *sk, struct beyla_sock *st, int oldstate)
{
	if (!st->own && st->verdict != BEYLA_V_IGNORE) {
		if (oldstate == BEYLA_TCP_SYN_SENT)
			beyla_connect_failed(sk, st);
		else
			beyla_closed(sk, st);
	}
	beyla_drop_progress(st);
	if (beyla_owner_in_map)
		bpf_map_delete_elem(&beyla_owner_map, &st->cookie);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(beyla_set_state, struct sock *sk, int oldstate, int newstate)
{
	struct beyla_sock *st;

	if (BPF_CORE_READ(sk, sk_protocol) != 6)
		return 0;
	switch (newstate) {
	case BEYLA_TCP_SYN_SENT:
		beyla_connecting(sk);
		break;
	case BEYLA_TCP_LISTEN:
		beyla_listening(sk);
		break;
	case BEYLA_TCP_ESTABLISHED:
		if (oldstate != BEYLA_TCP_SYN_RECV)
			break;
		st = bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (st)
			st->role = BEYLA_ROLE_SERVER;
		break;
	case BEYLA_TCP_CLOSE:
		st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
		if (st && st->cookie)
			beyla_over(sk, st, oldstate);
	}
	return 0;
}

#endif
