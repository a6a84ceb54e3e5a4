/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A map that comes while one looks. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "ask.h"
#include "cleanup.h"
#include "special.h"

/**
 * struct asker - a thread that asks and asks
 * @fd:     about this one, while it is not -1
 * @before, @after: walks that met only the one, only the other
 * @between: walks that met both, in this order
 * @wrong:  anything else
 */
struct asker {
	atomic_int fd;
	atomic_bool stop;
	atomic_int asked;
	unsigned long before, after, between, wrong;
};

/* The ids of one walk over @n directories of one mount: 1005, then 1000005. */
static void asker_judge(struct asker *a, const struct idmap_chain *chain, unsigned int n)
{
	unsigned int i, old = 0;

	for (i = 0; i < n && i < chain->n && chain->uid[i] == 1005; i++)
		old++;
	for (; i < n && i < chain->n && chain->uid[i] == 1000005; i++)
		;
	if (i < n || chain->end < 0 || chain->result)
		a->wrong++;
	else if (old == n)
		a->before++;
	else if (!old)
		a->after++;
	else
		a->between++;
}

static void *asker_run(void *arg)
{
	struct asker *a = arg;
	struct idmap_chain chain;
	int fd;

	while (!atomic_load(&a->stop)) {
		fd = atomic_load(&a->fd);
		if (fd >= 0) {
			chain = ask_chain(fd);
			asker_judge(a, &chain, 5);
		}
		atomic_fetch_add(&a->asked, 1);
	}
	return NULL;
}

/* Let it ask once more with what is there now, or see that there is nothing. */
static void asker_settle(struct asker *a)
{
	int asked = atomic_load(&a->asked);

	while (atomic_load(&a->asked) < asked + 2)
		sched_yield();
}

void test_meanwhile(const char *place, uint64_t *seed)
{
	_cleanup_close_ int userns = userns_new(&shift_maps),
			    base = open(place, O_PATH | O_CLOEXEC);
	struct asker a = { .fd = -1 };
	const char *const names[] = { "1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5" };
	pthread_t thread;
	int i, mount, fd, failed = 0;

	for (i = 0; i < 5; i++)
		failed |= (mkdirat(base, names[i], 0755) < 0 && errno != EEXIST) ||
			  fchownat(base, names[i], 1005, 1005, 0) < 0;
	if (!check(!failed && pthread_create(&thread, NULL, asker_run, &a) == 0, "a thread asks"))
		return;
	for (i = 0; i < 300 && !failed; i++) {
		mount = mount_clone(place, -1);
		fd = openat(mount, names[4], O_PATH | O_CLOEXEC);
		atomic_store(&a.fd, fd);
		asker_settle(&a);
		failed |= mount < 0 || fd < 0 || mount_idmap(mount, userns) < 0;
		asker_settle(&a);
		atomic_store(&a.fd, -1);
		asker_settle(&a);
		close(fd);
		close(mount);
	}
	atomic_store(&a.stop, true);
	pthread_join(thread, NULL);
	check(!failed && !a.wrong && a.before >= 300 && a.after >= 300,
	      "a mount that is idmapped meanwhile: %lu walks before, %lu after, %lu between, %lu wrong",
	      a.before, a.after, a.between, a.wrong);
}
