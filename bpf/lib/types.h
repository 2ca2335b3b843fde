/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Fixed-width types, in BPF and on the host (where the classifiers are tested). */
#ifndef BEYLA_TYPES_H
#define BEYLA_TYPES_H

#include <linux/types.h>

#endif
