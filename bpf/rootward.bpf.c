// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that enforce.  Threat: a confined task, perhaps root, that wants at what its policy
 * denies.  Question at each hook: may this task do this to this object, by where the object lives
 * now?  On anything unexpected the answer is no, with an event that says why.
 *
 *	domain.bpf.h        the maps; which domain a task is in
 *	event.bpf.h         counting and telling denials
 *	decide.bpf.h        the rules met on the walk
 *	label.bpf.h         rules on directories that carry an attribute
 *	label_known.bpf.h   such as are read, wherever they are
 *	verdict.bpf.h       what was allowed lately
 *	mounts.bpf.h        the same where the mount is not known
 *	fence.bpf.h         what no rule gives
 *	whom.bpf.h          which tasks a loaded policy is for
 *	under.bpf.h         all domains that a task is under
 *	ask.bpf.h           a question, asked of all of them
 *	gain.bpf.h          what moves may not gain by it
 *	hooks_*.bpf.h       the hooks, by what they get
 *	guard.bpf.h         what must stay where it is
 *	label_keep.bpf.h    where labels count, and the directories that carry them
 *	hold.bpf.h          what keeps loaded policies from being taken away
 *	count.bpf.h         how many tasks are under it
 *	enter.bpf.h         how a task gets into a domain
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <rootward/vfs_walk.bpf.h>

#include "domain.bpf.h"
#include "event.bpf.h"
#include "decide.bpf.h"
#include "mounts.bpf.h"
#include "fence.bpf.h"
#include "whom.bpf.h"
#include "under.bpf.h"
#include "ask.bpf.h"
#include "gain.bpf.h"
#include "hooks_file.bpf.h"
#include "hooks_path.bpf.h"
#include "guard.bpf.h"
#include "label_keep.bpf.h"
#include "hooks_label.bpf.h"
#include "hooks_task.bpf.h"
#include "enter.bpf.h"
#include "hold.bpf.h"
#include "count.bpf.h"
#include "hooks_system.bpf.h"
#include "hooks_inode.bpf.h"
#include "hooks_socket.bpf.h"
#include "hooks_map.bpf.h"

char LICENSE[] SEC("license") = "GPL";
