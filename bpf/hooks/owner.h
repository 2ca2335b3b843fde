/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The owner hooks: who reads and writes a socket, asked in process context,
 * where the current task is the answer. Packets cannot tell: they pass in softirqs.
 *
 * Three rungs of one ladder; user space loads the highest that the kernel takes:
 *   tp_btf   sock_recv_length, sock_send_length (6.3, commit 6e6eda44b939)
 *   fexit    tcp_recvmsg, tcp_sendmsg, udp_recvmsg, udp_sendmsg (and v6)
 *   kprobe   tcp_cleanup_rbuf, tcp_sendmsg, skb_consume_udp, udp_sendmsg (and v6)
 * The first two reach the socket's storage. A kprobe cannot, so that rung keeps
 * the holder in beyla_owner_map, by socket cookie. */
#ifndef BEYLA_HOOKS_OWNER_H
#define BEYLA_HOOKS_OWNER_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "lib/kernel.h"
#include "lib/ring.h"
#include "lib/thread.h"

/* Who the current task is, as OWNER and CONNECT records say it. */
static __always_inline void beyla_fill_task(struct beyla_owner *own)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u64 id = bpf_get_current_pid_tgid();

	own->rec.tgid = id >> 32;
	own->tid = (__u32)id;
	own->start = BPF_CORE_READ(leader, start_boottime);
	own->home = bpf_get_current_cgroup_id();
	bpf_probe_read_kernel(own->comm, sizeof(own->comm), leader->comm);
}

/* The addresses and network namespace of a socket. */
static __always_inline void beyla_fill_sock(struct sock *sk, struct beyla_record *rec)
{
	__u16 dport = BPF_CORE_READ(sk, __sk_common.skc_dport);
	__u16 sport = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);

	rec->transport = BPF_CORE_READ(sk, sk_protocol);
	rec->local_port = sport << 8 | sport >> 8; /* outlives skc_num, which is gone at TCP_CLOSE */
	rec->remote_port = dport << 8 | dport >> 8;
	rec->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == BEYLA_AF_INET) {
		rec->family = 4;
		*(__u32 *)rec->local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)rec->remote = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		return;
	}
	rec->family = 6;
	if (!bpf_core_field_exists(sk->__sk_common.skc_v6_daddr))
		return;
	BPF_CORE_READ_INTO(&rec->local, sk, __sk_common.skc_v6_rcv_saddr);
	BPF_CORE_READ_INTO(&rec->remote, sk, __sk_common.skc_v6_daddr);
}

/* Tells user space who holds the socket. */
static __always_inline void beyla_tell_owner(struct sock *sk, __u64 cookie, __u64 cgroup, __u8 role)
{
	struct beyla_owner own = {};

	own.rec.kind = BEYLA_OWNER;
	own.rec.cookie = cookie;
	own.rec.cgroup = cgroup;
	own.rec.role = role;
	own.rec.time = bpf_ktime_get_boot_ns();
	beyla_fill_sock(sk, &own.rec);
	beyla_fill_task(&own);
	beyla_emit_owner(&own);
}

/* Tells user space that the current thread began to read (or write) a message. Nobody asks
 * who reads an answer: that is what role tells here. */
static __always_inline void beyla_tell_thread(__u64 cookie, __u8 dir, __u8 role, __u64 now, __u16 flags)
{
	struct beyla_read read = {};
	struct beyla_actor who = {};

	if (role == BEYLA_ROLE_CLIENT)
		return;
	beyla_current(&who);
	if (who.leaf)
		return;
	read.kind = BEYLA_READ;
	read.dir = dir;
	read.transport = 6;
	read.role = role;
	read.flags = flags;
	read.cookie = cookie;
	read.time = now;
	read.thread = who.thread;
	read.goroutine = who.goroutine;
	read.goroutine_parent = who.goroutine_parent;
	read.tgid = who.tgid;
	read.lost = beyla_lost();
	beyla_emit_read(&read);
}

/* A message came since anything was read: the current thread begins to read it. */
static __always_inline void beyla_begin_read(struct sock *sk, struct beyla_holder *h, __u64 cookie,
					     __u8 role, __u16 flags)
{
	if (h->seen == h->begun)
		return;
	h->seen = h->begun;
	h->read_time = bpf_ktime_get_boot_ns();
	if (beyla_threads && BPF_CORE_READ(sk, sk_protocol) == 6)
		beyla_tell_thread(cookie, BEYLA_INGRESS, role, h->read_time, flags);
}

/* An answer was written that no packet carries yet: the peer's window is closed, or the
 * application has corked the socket. Whoever wrote it is done with the request all the same. */
static __always_inline void beyla_begin_write(struct sock *sk, struct beyla_sock *st)
{
	if (!beyla_threads || st->role != BEYLA_ROLE_SERVER || st->turn != 1 + BEYLA_INGRESS)
		return;
	if (st->holder.seen != st->holder.begun)
		return; /* not held back: it has left, and the next request is here before this call is over */
	if (BPF_CORE_READ(sk, sk_protocol) == 6)
		beyla_tell_thread(st->cookie, BEYLA_EGRESS, st->role, bpf_ktime_get_boot_ns(), 0);
}

/* The current thread read from or wrote to the socket. */
static __always_inline void beyla_held(struct sock *sk, struct beyla_sock *st, __u32 dir, __u16 flags)
{
	struct beyla_holder *h = &st->holder;
	__u32 tgid;

	if (st->own || st->verdict == BEYLA_V_IGNORE)
		return;
	tgid = bpf_get_current_pid_tgid() >> 32;
	if (h->tgid != tgid || st->untold) {
		if (tgid == beyla_self) {
			h->tgid = tgid;
			st->own = 1;
			return;
		}
		if (st->shed) /* who holds it is told when something of it is */
			return;
		h->tgid = tgid;
		st->untold = 0;
		st->shown = 1;
		beyla_tell_owner(sk, st->cookie, st->cgroup, st->role);
	}
	if (st->shed)
		return;
	if (dir == BEYLA_INGRESS)
		beyla_begin_read(sk, h, st->cookie, st->role, flags);
	else
		beyla_begin_write(sk, st);
}

/* A negative length is an error (EAGAIN, mostly), zero the end of the stream:
 * neither makes the caller the reader of a message. A socket without state is none
 * of ours (a Unix socket, say), or carried nothing yet. */
static __always_inline int beyla_transferred(struct sock *sk, int len, __u32 dir, __u16 flags)
{
	struct beyla_sock *st;

	if (len <= 0)
		return 0;
	st = bpf_sk_storage_get(&beyla_socks, sk, NULL, 0);
	if (st && st->cookie)
		beyla_held(sk, st, dir, flags);
	return 0;
}

/* Whether a call with these MSG_ flags would have waited for data. */
static __always_inline __u16 beyla_blocking(__u64 flags)
{
	return flags & BEYLA_MSG_DONTWAIT ? 0 : BEYLA_F_BLOCKING;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(beyla_tp_recv, struct sock *sk, int ret, int flags)
{
	return beyla_transferred(sk, ret, BEYLA_INGRESS, beyla_blocking(flags));
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(beyla_tp_send, struct sock *sk, int ret, int flags)
{
	return beyla_transferred(sk, ret, BEYLA_EGRESS, 0);
}

/* tcp_recvmsg lost its nonblock argument in 5.19 (commit ec095263a965), so the
 * return value is asked for, not counted to. What stands fourth, that argument or flags, has
 * MSG_DONTWAIT in it either way. Sending has three arguments: the fourth is never used. */
#define BEYLA_FEXIT(NAME, FUNC, DIR, FLAGS)                                                        \
	SEC("fexit/" #FUNC)                                                                        \
	int NAME(__u64 *ctx)                                                                       \
	{                                                                                          \
		struct sock *sk = (struct sock *)ctx[0];                                           \
		__u64 ret = 0;                                                                     \
                                                                                                   \
		if (bpf_get_func_ret(ctx, &ret))                                                   \
			return 0;                                                                  \
		return beyla_transferred(sk, (int)ret, DIR, FLAGS);                                \
	}

BEYLA_FEXIT(beyla_fx_tcp_recv, tcp_recvmsg, BEYLA_INGRESS, beyla_blocking(ctx[3]))
BEYLA_FEXIT(beyla_fx_tcp_send, tcp_sendmsg, BEYLA_EGRESS, 0)
BEYLA_FEXIT(beyla_fx_udp_recv, udp_recvmsg, BEYLA_INGRESS, beyla_blocking(ctx[3]))
BEYLA_FEXIT(beyla_fx_udp_send, udp_sendmsg, BEYLA_EGRESS, 0)
BEYLA_FEXIT(beyla_fx_udp6_recv, udpv6_recvmsg, BEYLA_INGRESS, beyla_blocking(ctx[3]))
BEYLA_FEXIT(beyla_fx_udp6_send, udpv6_sendmsg, BEYLA_EGRESS, 0)

/* The kprobe rung: the same, by cookie. A socket whose cookie is still zero has
 * carried no packet yet; it is asked again at its next read or write. */
static __always_inline int beyla_kprobed(struct sock *sk, __u32 dir)
{
	struct beyla_holder fresh = {}, *h;
	__u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!cookie)
		return 0;
	h = bpf_map_lookup_elem(&beyla_owner_map, &cookie);
	if (!h) {
		fresh.begun = 1;
		bpf_map_update_elem(&beyla_owner_map, &cookie, &fresh, BPF_NOEXIST);
		h = bpf_map_lookup_elem(&beyla_owner_map, &cookie);
		if (!h)
			return 0;
	}
	if (h->tgid != tgid) {
		h->tgid = tgid;
		if (tgid != beyla_self)
			beyla_tell_owner(sk, cookie, 0, BEYLA_ROLE_UNKNOWN);
	}
	/* Whether the call would have waited is not told here: no thread is evidence. */
	if (dir == BEYLA_INGRESS && tgid != beyla_self)
		beyla_begin_read(sk, h, cookie, BEYLA_ROLE_UNKNOWN, 0);
	return 0;
}

/* The first two arguments of a probed function, by the layout of struct pt_regs,
 * which is fixed: rdi and rsi are its 15th and 14th word on amd64, x0 and x1 the first of arm64. */
#if defined(__TARGET_ARCH_x86)
#define BEYLA_FIRST_ARG(ctx) (((const __u64 *)(ctx))[14])
#define BEYLA_SECOND_ARG(ctx) (((const __u64 *)(ctx))[13])
#elif defined(__TARGET_ARCH_arm64)
#define BEYLA_FIRST_ARG(ctx) (((const __u64 *)(ctx))[0])
#define BEYLA_SECOND_ARG(ctx) (((const __u64 *)(ctx))[1])
#endif

/* How much was read; negative for an error. */
SEC("kprobe/tcp_cleanup_rbuf")
int beyla_kp_tcp_recv(void *ctx)
{
	if ((int)BEYLA_SECOND_ARG(ctx) <= 0)
		return 0;
	return beyla_kprobed((struct sock *)BEYLA_FIRST_ARG(ctx), BEYLA_INGRESS);
}

#define BEYLA_KPROBE(NAME, FUNC, DIR)                                                              \
	SEC("kprobe/" #FUNC)                                                                       \
	int NAME(void *ctx)                                                                        \
	{                                                                                          \
		return beyla_kprobed((struct sock *)BEYLA_FIRST_ARG(ctx), DIR);                    \
	}

BEYLA_KPROBE(beyla_kp_tcp_send, tcp_sendmsg, BEYLA_EGRESS)
BEYLA_KPROBE(beyla_kp_udp_recv, skb_consume_udp, BEYLA_INGRESS)
BEYLA_KPROBE(beyla_kp_udp_send, udp_sendmsg, BEYLA_EGRESS)
BEYLA_KPROBE(beyla_kp_udp6_send, udpv6_sendmsg, BEYLA_EGRESS)

/* With kprobes, nobody else says that a UDP socket is gone. */
SEC("cgroup/sock_release")
int beyla_sock_release(struct bpf_sock *sk)
{
	__u64 cookie = bpf_get_socket_cookie(sk);

	if (sk->protocol != 6) /* TCP goes on without its owner: see beyla_set_state */
		bpf_map_delete_elem(&beyla_owner_map, &cookie);
	return 1;
}

#endif
