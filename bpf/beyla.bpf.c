// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi.h"
char beyla_license[] SEC("license") = "Dual MIT/GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1<<24); __type(value, struct beyla_record);} beyla_ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1<<14); __type(key,__u64); __type(value, struct beyla_owner);} beyla_x SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1<<14); __type(key,__u64); __type(value, struct beyla_progress);} beyla_progress_map SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1<<14); __type(key,__u64); __type(value, struct beyla_verdict);} beyla_verdict_map SEC(".maps");
