/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of which filesystems' objects the kernel's numbers are theirs for good, and theirs alone. */
#include <stddef.h>

#include "identity.h"
#include "tap.h"

static const struct {
	const char *what;
	struct rw_identity id;
	bool stable;
} cases[] = {
	{ "ext4", { .magic = 0xef53 }, true },
	{ "tmpfs", { .magic = 0x01021994 }, true },
	{ "btrfs, whose snapshots repeat them", { .magic = 0x9123683e }, false },
	{ "nilfs2, whose checkpoints do", { .magic = 0x3434 }, false },
	{ "overlayfs with xino", { .magic = 0x794c7630, .xino_mode = 0 }, true },
	{ "overlayfs without", { .magic = 0x794c7630, .xino_mode = -1 }, false },
	{ "procfs, its root", { .magic = 0x9fa0, .ino = 1 }, true },
	{ "procfs, a process", { .magic = 0x9fa0, .ino = 4711 }, false },
	{ "nfs", { .magic = 0x6969 }, false },
	{ "what nobody has heard of", { .magic = 0xfeedbeef }, false },
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(!identity_unstable(&cases[i].id) == cases[i].stable, "%s", cases[i].what);
	return done_testing();
}
