/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <rootward.h>

#include "cleanup.h"
#include "identity.h"
#include "identity.skel.h"

int identity_load(void)
{
	struct identity_bpf *skeleton = identity_bpf__open();
	int r;

	if (!skeleton)
		return -errno;
	r = identity_bpf__load(skeleton);
	if (r == 0) {
		r = fcntl(bpf_program__fd(skeleton->progs.rw_identity), F_DUPFD_CLOEXEC, 3);
		if (r < 0)
			r = -errno;
	}
	identity_bpf__destroy(skeleton);
	return r;
}

/* A descriptor of the iterator over this process's files. */
static int iterator_open(int program)
{
	union bpf_iter_link_info info = { .task.pid = getpid() };
	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info, .iter_info_len = sizeof(info));
	_cleanup_close_ int link = -1;
	int fd;

	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return -errno;
	fd = bpf_iter_create(link);
	return fd < 0 ? -errno : fd;
}

static int identity_place(const struct rw_identity *id, const int *fds, size_t n,
			  struct rw_identity *identities)
{
	size_t i;
	int found = 0;

	for (i = 0; i < n; i++)
		if (fds[i] == (int)id->fd) {
			identities[i] = *id;
			found++;
		}
	return found;
}

int identity_read(int program, const int *fds, size_t n, struct rw_identity *identities)
{
	_cleanup_close_ int iterator = -1;
	struct rw_identity batch[64];
	size_t have = 0, found = 0, i;
	ssize_t got;

	iterator = iterator_open(program);
	if (iterator < 0)
		return iterator;
	/* A read may end inside a record. */
	for (;;) {
		got = read(iterator, (char *)batch + have, sizeof(batch) - have);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		have += got;
		for (i = 0; i < have / sizeof(batch[0]); i++)
			found += identity_place(&batch[i], fds, n, identities);
		have %= sizeof(batch[0]);
		memmove(batch, &batch[i], have);
	}
	return found == n ? 0 : -EBADF;
}

int identity_guess(const int *fds, size_t n, struct rw_identity *identities)
{
	struct statfs fs;
	struct stat st;
	size_t i;

	for (i = 0; i < n; i++) {
		if (fstatfs(fds[i], &fs) < 0 || fstat(fds[i], &st) < 0)
			return -errno;
		identities[i] = (struct rw_identity){
			.ino = st.st_ino,
			.magic = (unsigned long)fs.f_type,
			.mode = st.st_mode,
		};
	}
	return 0;
}

/*
 * Filesystems that keep (s_dev, i_ino, i_generation) of an object as long as it exists, however
 * often its inode leaves the cache, and have it for one object only: found in their sources.
 * Whatever is not listed is refused, for a rule must never stop matching unseen.
 */
static const unsigned long stable_filesystems[] = {
	0xef53,	    /* ext2, ext3, ext4 */
	0x58465342, /* xfs */
	0x01021994, /* tmpfs, devtmpfs: inodes live as long as their files */
	0x858458f6, /* ramfs */
	0x62656572, /* sysfs: kernfs nodes carry the number */
	0x1cd1,	    /* devpts */
	0x63677270, /* cgroup2 */
	0x64626720, /* debugfs */
	0x74726163, /* tracefs */
	0x73636673, /* securityfs */
	0xcafe4a11, /* bpf */
	0xf2f52010, /* f2fs */
	0x73717368, /* squashfs */
	0xe0f5e1e2, /* erofs */
	0x9660,	    /* iso9660 */
	0x6e667364, /* nfsd's own */
	0x42494e4d, /* binfmt_misc */
	0x19800202, /* mqueue */
	0x958458f6, /* hugetlbfs */
};

#define PROC_MAGIC 0x9fa0
#define BTRFS_MAGIC 0x9123683e
#define NILFS2_MAGIC 0x3434
#define NULLFS_MAGIC 0x4e554c4c
#define PROC_ROOT_INO 1
#define PROC_DYNAMIC_FIRST 0xf0000000ULL

const char *identity_unstable(const struct rw_identity *id)
{
	size_t i;

	switch (id->magic) {
	case OVERLAYFS_MAGIC:
		return id->xino_mode >= 0
			       ? NULL
			       : "this overlay makes inode numbers up anew (its layers are on several "
				 "filesystems and it is mounted without xino)";
	case PROC_MAGIC:
		/* Static entries have fixed numbers; processes and sysctls get new ones. */
		return id->ino == PROC_ROOT_INO || id->ino >= PROC_DYNAMIC_FIRST
			       ? NULL
			       : "procfs makes up inode numbers of processes and settings anew";
	case BTRFS_MAGIC:
		return "btrfs subvolumes share one device number, so inode numbers are not unique";
	case NILFS2_MAGIC:
		return "nilfs2 checkpoints share one device number, so inode numbers are not unique";
	}
	for (i = 0; i < sizeof(stable_filesystems) / sizeof(stable_filesystems[0]); i++)
		if (id->magic == stable_filesystems[i])
			return NULL;
	return "its filesystem is not known to keep inode numbers when it drops them from memory";
}
