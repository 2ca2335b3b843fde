/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A socket's state: finding it, and saying it in a record. */
#ifndef BEYLA_SOCK_H
#define BEYLA_SOCK_H

#include "config.h"
#include "lib/count.h"
#include "lib/kernel.h"
#include "lib/record.h"

/* The socket's state, made when it is not there yet. */
static __always_inline struct beyla_sock *beyla_state(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct beyla_sock *st =
		bpf_sk_storage_get(&beyla_socks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!st) {
		BEYLA_COUNT(BEYLA_C_NO_STORAGE);
		return NULL;
	}
	if (!st->cgroup)
		st->cgroup = bpf_skb_cgroup_id(skb);
	if (!st->cookie) {
		st->cookie = bpf_get_socket_cookie(skb);
		if (sk->state == BEYLA_TCP_SYN_RECV) /* Fast Open: data before the handshake's end */
			st->role = BEYLA_ROLE_SERVER;
	}
	return st;
}

/* Who holds the socket, wherever the owner hooks keep it. */
static __always_inline struct beyla_holder *beyla_who(struct beyla_sock *st)
{
	struct beyla_holder *h;

	if (!beyla_owner_in_map)
		return &st->holder;
	h = bpf_map_lookup_elem(&beyla_owner_map, &st->cookie);
	return h ? h : &st->holder;
}

/* What every record of a known socket says; cap goes with it because it shares
 * a word with the process. */
static __always_inline void beyla_fill(const struct beyla_sock *st, const struct beyla_holder *who,
				       __u32 dir, __u64 now, __u32 cap, struct beyla_record *rec)
{
	const struct beyla_half *other =
		&st->half[dir == BEYLA_INGRESS ? BEYLA_EGRESS : BEYLA_INGRESS];

	rec->cookie = st->cookie;
	rec->time = now;
	rec->cgroup = st->cgroup;
	beyla_put2(&rec->cap, cap, who->tgid);
	rec->read_time = who->read_time;
	beyla_put2(&rec->connect_us, st->connect_us, 0);
	beyla_put2(&rec->netns, 0, st->again);
	rec->other_pos = other->pos;
	rec->other_time = other->time;
	rec->last_time = st->half[dir].time;
}

#endif
