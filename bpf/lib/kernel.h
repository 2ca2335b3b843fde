/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The kernel types that are used, and only their fields that are: CO-RE finds
 * the offsets in the running kernel's BTF. */
#ifndef BEYLA_KERNEL_H
#define BEYLA_KERNEL_H

#include "lib/types.h"

#define BEYLA_AF_INET 2
#define BEYLA_AF_INET6 10
#define BEYLA_MSG_DONTWAIT 0x40

#define BEYLA_TCP_ESTABLISHED 1
#define BEYLA_TCP_SYN_SENT 2
#define BEYLA_TCP_SYN_RECV 3
#define BEYLA_TCP_CLOSE 7
#define BEYLA_TCP_LISTEN 10

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct {
		__s64 counter;
	} skc_cookie;
};

struct socket {
	int type;
};

struct inode {
	unsigned long i_ino;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

typedef struct {
	int owned;
} socket_lock_t;

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	struct socket *sk_socket;
	__u16 sk_protocol;
	int sk_err;
};

struct tcp_sock;

struct bpf_iter__tcp {
	struct sock_common *sk_common;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct thread_struct {
	unsigned long fsbase; /* amd64 */
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_time;
	__u64 start_boottime;
	char comm[16];
	struct thread_struct thread;
};

#pragma clang attribute pop

#endif
