/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which thread the current task is and, in a Go program, which goroutine it runs. To be
 * asked in process context only: in a softirq the current task is whoever was interrupted. */
#ifndef BEYLA_THREAD_H
#define BEYLA_THREAD_H

#include <bpf/bpf_core_read.h>
#include "lib/kernel.h"
#include "maps.h"

struct beyla_actor {
	__u64 thread;
	__u64 goroutine;
	__u64 goroutine_parent;
	__u32 tgid;
	__u32 leaf;
};

/* Where Go keeps the running goroutine: in thread-local storage right below
 * the FS base on amd64, in x28 on arm64, which a system call leaves alone
 * (https://go.dev/src/cmd/compile/abi-internal.md). */
static __always_inline __u64 beyla_g(struct task_struct *task)
{
	__u64 g = 0;

#if defined(__TARGET_ARCH_x86)
	bpf_probe_read_user(&g, sizeof(g), (const void *)(task->thread.fsbase - 8));
#elif defined(__TARGET_ARCH_arm64)
	const __u64 *regs = (const __u64 *)bpf_task_pt_regs(task);

	bpf_probe_read_kernel(&g, sizeof(g), regs + 28);
#endif
	return g;
}

/* Fills in the current thread. One that runs no goroutine of its own (in cgo, or on
 * the scheduler's stack) has 0 or the id of nobody's goroutine there, which matches nothing. */
static __always_inline void beyla_current(struct beyla_actor *who)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct beyla_process *p;
	__u64 g;

	who->tgid = task->tgid;
	/* A number is used again, a number and a start time are not. */
	who->thread = (__u64)(__u32)task->pid << 32 | (__u32)(task->start_time >> 10);
	p = bpf_map_lookup_elem(&beyla_process_map, &who->tgid);
	if (!p)
		return;
	who->leaf = p->leaf;
	if (!p->goid)
		return;
	g = beyla_g(task);
	if (!g)
		return;
	bpf_probe_read_user(&who->goroutine, sizeof(__u64), (const void *)(g + p->goid));
	if (p->goid_parent)
		bpf_probe_read_user(&who->goroutine_parent, sizeof(__u64), (const void *)(g + p->goid_parent));
}

#endif
