// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The interface source. It copies the packets that pass a network interface, and
 * changes nothing: every packet goes on to whoever comes next.
 *
 *   hooks/interface.h  tcx, or a classifier of clsact, both directions. CAP_BPF + CAP_NET_ADMIN
 *
 * A second object, because it shares nothing with the tap but the habit: what the
 * packets mean, to which connection they belong and how much of them is wanted is found out
 * in Go, by what also reads capture files.
 */
#include "hooks/interface.h"

char beyla_license[] SEC("license") = "Dual MIT/GPL";
