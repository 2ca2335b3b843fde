/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Stands in for the build machine's <asm/types.h>, so that generating the BPF
 * objects needs no headers of any architecture: BPF's own widths are fixed. */
#ifndef BEYLA_ASM_TYPES_H
#define BEYLA_ASM_TYPES_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;

#endif
