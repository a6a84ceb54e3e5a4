// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "identity.bpf.h"

char LICENSE[] SEC("license") = "GPL";
