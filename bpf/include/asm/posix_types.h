/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* <linux/types.h> asks for it; nothing of it is used. */
#ifndef __ASM_GENERIC_POSIX_TYPES_H
#define __ASM_GENERIC_POSIX_TYPES_H
typedef long __kernel_long_t;
#endif
