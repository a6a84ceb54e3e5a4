/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "cleanup.h"
#include "landlock_abi.h"
#include "landlock_names.h"
#include "landlock_plan.h"

struct run {
	struct landlock_plan *plan;
	const struct mounts *mounts;
	landlock_rule_fn fn;
	void *data;
	const struct rootward_opts *opts;
};

/* One child of a directory that is expanded. */
struct child {
	int fd;
	const char *path;
	struct stat st;
};

static int lose(struct run *run, enum loss_kind kind, const struct node *node, uint32_t ops)
{
	struct landlock_plan *plan = run->plan;
	struct landlock_loss *bigger;

	if (!(plan->n_losses & (plan->n_losses - 1))) {
		bigger = realloc(plan->losses,
				 (plan->n_losses ? 2 * plan->n_losses : 1) * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		plan->losses = bigger;
	}
	plan->losses[plan->n_losses++] = (struct landlock_loss){ kind, node, ops };
	return 0;
}

/*
 * A rule hangs on the object, so it works wherever a mount shows that object.  What the policy
 * does not allow at each of those places must not be in the rule.
 */
static int limit(struct run *run, const char *path, uint32_t *ops)
{
	const struct mount_entry *mount = mounts_find(run->mounts, path), *other;
	const struct mount_entry *end = run->mounts->entries + run->mounts->n;
	_cleanup_free_ char *place = NULL;
	int r;

	if (!mount || !mount->shared)
		return 0;
	place = mount_place(mount, path);
	if (!place)
		return -ENOMEM;
	for (other = run->mounts->entries; other < end; other++) {
		_cleanup_free_ char *shown = NULL;

		if (other->dev != mount->dev || other == mount)
			continue;
		r = mounts_show(run->mounts, other, place, &shown);
		if (r)
			return r;
		if (shown)
			*ops &= trie_reach(&run->plan->trie, shown);
	}
	return 0;
}

/*
 * Return: a descriptor; -ENOENT and -EACCES only for what is no tree of its own: the task will not
 * get there either.
 */
static int node_open(const struct run *run, const struct node *node)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	if (node->own)
		return tree_open(node->tree, run->opts);
	fd = syscall(SYS_openat2, AT_FDCWD, node->path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

static bool out_of_reach(const struct node *node, int error)
{
	return !node->own && (error == -ENOENT || error == -EACCES || error == -ENOTDIR);
}

static int add_rule(struct run *run, int fd, const char *path, uint32_t ops)
{
	if (++run->plan->n_rules > LANDLOCK_RULES_MAX) {
		diag(run->opts, ROOTWARD_ERROR, NULL,
		     "deny fewer things in directories with very many entries, or use the bpf "
		     "engine",
		     "landlock would need more than %d rules, at %s", LANDLOCK_RULES_MAX, path);
		return -E2BIG;
	}
	return run->fn(run->data, fd, path, ops);
}

static int plan_child(struct run *run, const struct node *node, struct child *child, uint32_t ops)
{
	uint32_t denied = trie_denied(&run->plan->trie, child->st.st_dev, child->st.st_ino);
	uint32_t wanted;
	int r;

	/* Rules go to objects; the target of a link has its own place. */
	if (S_ISLNK(child->st.st_mode))
		return 0;
	/*
	 * A denied file by another name (a hard link) is denied here too.  A denied directory by
	 * another name has just been moved: nothing for it and what it holds.
	 */
	if (!S_ISDIR(child->st.st_mode))
		ops &= LANDLOCK_FILE_OPS & ~denied;
	else if (denied)
		return 0;

	wanted = ops;
	r = limit(run, child->path, &ops);
	if (!r && ops != wanted)
		r = lose(run, LOSS_SHOWN, node, wanted & ~ops);
	return r || !ops ? r : add_rule(run, child->fd, child->path, ops);
}

static int compare_name(const void *key, const void *member)
{
	return strcmp(key, node_name(*(const struct node *const *)member));
}

/* The children of @node in the trie, for look-up by name; they are in order already. */
static const struct node **list_known(const struct node *node, size_t *n)
{
	const struct node **known, *child;

	*n = 0;
	for (child = node->child; child; child = child->sibling)
		++*n;
	known = calloc(*n + 1, sizeof(*known));
	*n = 0;
	for (child = known ? node->child : NULL; child; child = child->sibling)
		known[(*n)++] = child;
	return known;
}

/* The caller's or the machine's trouble; all other errors are the object's. */
static bool is_shortage(int error)
{
	return error == ENOMEM || error == EMFILE || error == ENFILE;
}

/*
 * Return: 1 with *child open; 0 if it cannot be: gone meanwhile, in a directory that the caller
 * may list but not search, a dead server's mount: no rule, nothing lost; -errno.
 */
static int child_open(struct child *child, int dir, const char *name)
{
	child->fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (child->fd >= 0 && !fstat(child->fd, &child->st))
		return 1;
	return is_shortage(errno) ? -errno : 0;
}

/**
 * struct expansion - of one directory.
 * @dir:   open on it, at least with O_PATH
 * @known: its children in the trie, which have their own rules
 * @path:  room for a child's
 */
struct expansion {
	const struct node *node;
	uint32_t ops;
	int dir;
	const struct node **known;
	size_t n_known;
	char *path;
};

static int expand_name(struct run *run, const struct expansion *e, const char *name)
{
	_cleanup_close_ int fd = -1;
	struct child child = { .path = e->path };
	int r;

	if (strlen(name) > NAME_MAX ||
	    bsearch(name, e->known, e->n_known, sizeof(*e->known), compare_name))
		return 0;
	sprintf(e->path, "%s/%s", e->node->parent ? e->node->path : "", name);
	r = child_open(&child, e->dir, name);
	fd = child.fd;
	return r > 0 ? plan_child(run, e->node, &child, e->ops) : r;
}

static int expand_listed(struct run *run, const struct expansion *e, DIR *dir)
{
	struct dirent *entry;
	int r = 0;

	while (!r) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			r = expand_name(run, e, entry->d_name);
	}
	return r;
}

/*
 * A directory that the caller may not list: above all when he is confined himself, by a policy that
 * took read_dir from `/`.  What is well known can be opened by name all the same.
 */
static int expand_unlisted(struct run *run, const struct expansion *e)
{
	const char *const *names = landlock_names(e->node->path);
	int r = lose(run, LOSS_UNLISTED, e->node, e->ops);

	for (; !r && names && *names; names++)
		r = expand_name(run, e, *names);
	return r;
}

/* Gives @ops to the children of @node instead of to @node itself. */
static int expand(struct run *run, const struct node *node, uint32_t ops)
{
	struct expansion e = { .node = node, .ops = ops };
	_cleanup_close_ int object = node_open(run, node);
	_cleanup_free_ const struct node **known = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_free_ char *path = NULL;
	int fd;

	if (object < 0)
		return out_of_reach(node, object) ? 0 : object;
	e.dir = object;
	e.known = known = list_known(node, &e.n_known);
	e.path = path = malloc(strlen(node->path) + NAME_MAX + 2);
	if (!known || !path)
		return -ENOMEM;

	fd = openat(object, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return is_shortage(errno) ? -errno : expand_unlisted(run, &e);
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	return expand_listed(run, &e, dir);
}

static int grant(struct run *run, struct node *node, uint32_t ops)
{
	_cleanup_close_ int fd = -1;
	int r;

	r = limit(run, node->path, &ops);
	if (r || !ops)
		return r;
	fd = node_open(run, node);
	if (fd < 0)
		return out_of_reach(node, fd) ? 0 : fd;
	node->have |= ops;
	return add_rule(run, fd, node->path, ops);
}

static int plan_node(struct run *run, struct node *node)
{
	uint32_t wanted = node->granted & run->plan->trie.handled;
	uint32_t need;
	int r;

	node->have = node->parent ? node->parent->have : 0;
	if (node->missing)
		return 0;
	if (node->file)
		wanted &= LANDLOCK_FILE_OPS;

	r = grant(run, node, wanted & ~node->blocked & ~node->have);
	need = wanted & ~node->have;
	if (r || !need)
		return r;
	r = lose(run, need & ~node->blocked ? LOSS_SHOWN : LOSS_EXPANDED, node, need);
	return r || node->file ? r : expand(run, node, need);
}

/*
 * The rules were made one after the other.  A denied tree that was moved before its new place was
 * listed would have got a rule there; then it is no longer at its own.
 */
static int verify(const struct run *run)
{
	const struct trie *trie = &run->plan->trie;
	size_t i;
	int fd;

	for (i = 0; i < trie->n; i++) {
		const struct node *node = trie->nodes[i];

		if (!node->own || node->missing || !node->tree->deny)
			continue;
		fd = tree_open(node->tree, run->opts);
		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

int landlock_plan_run(struct landlock_plan *plan, const struct mounts *mounts, landlock_rule_fn fn,
		      void *data, const struct rootward_opts *opts)
{
	struct run run = { plan, mounts, fn, data, opts };
	size_t i;
	int r = 0;

	for (i = 0; !r && i < plan->trie.n; i++)
		r = plan_node(&run, plan->trie.nodes[i]);
	return r ? r : verify(&run);
}

void landlock_plan_free(struct landlock_plan *plan)
{
	trie_free(&plan->trie);
	free(plan->losses);
	*plan = (struct landlock_plan){ 0 };
}
