/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "asker.h"

/* "UID:GID[:GROUP]..." */
static void asker_read(struct asker *asker, const char *text)
{
	char *end;

	asker->uid = (uid_t)strtoul(text, &end, 10);
	if (*end != ':')
		abort();
	asker->gid = (gid_t)strtoul(end + 1, &end, 10);
	for (; *end == ':' && asker->n_groups < MAX_ASKER_GROUPS; asker->n_groups++)
		asker->groups[asker->n_groups] = (gid_t)strtoul(end + 1, &end, 10);
	if (*end)
		abort();
}

void asker_of(struct asker *asker, const struct check *check, enum actor actor)
{
	*asker = (struct asker){ 0 };
	if (check->as) {
		asker_read(asker, check->as);
	} else if (actor == ALICE) {
		asker->uid = asker->gid = 1000;
	} else {
		asker->uid = geteuid();
		asker->gid = getegid();
		asker->n_groups = getgroups(MAX_ASKER_GROUPS, asker->groups);
		if (asker->n_groups < 0)
			abort();
	}
}

int asker_become(const struct asker *asker)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];
	int i;

	if (setgroups((size_t)asker->n_groups, asker->groups))
		return -errno;
	setfsgid(asker->gid);
	setfsuid(asker->uid);
	/* neither says whether it did; and an id other than 0 has lost the capabilities for files
	 */
	if (setfsgid((gid_t)-1) != (int)asker->gid || setfsuid((uid_t)-1) != (int)asker->uid ||
	    syscall(SYS_capget, &header, caps))
		return -EPERM;
	for (i = 0; i < 2; i++)
		caps[i].effective = caps[i].permitted;
	return syscall(SYS_capset, &header, caps) ? -errno : 0;
}
