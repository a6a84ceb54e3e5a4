/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the text of a policy comes from. */
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "opts.h"
#include "policy_yaml.h"
#include "yaml.h"

/* Up to a byte more than is allowed, so that what is too large is seen to be. */
static int read_all(int fd, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0, size = 0;
	ssize_t n;
	char *larger;

	do {
		if (len == size) {
			size = size ? 2 * size : 16384;
			larger = realloc(text, size);
			if (!larger)
				return -ENOMEM;
			text = larger;
		}
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += n;
	} while (n && len <= YAML_SIZE_MAX);

	*ret = steal_ptr(text);
	*ret_len = len;
	return 0;
}

static int read_path(const char *path, char **ret, size_t *ret_len)
{
	_cleanup_close_ int fd = -1;

	if (!strcmp(path, "-"))
		return read_all(STDIN_FILENO, ret, ret_len);

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	return read_all(fd, ret, ret_len);
}

/* "build" for "policies/build.yaml"; NULL where nothing usable is left. */
static char *name_from_path(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t len;

	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 5 && !strcmp(base + len - 5, ".yaml"))
		len -= 5;
	else if (len > 4 && !strcmp(base + len - 4, ".yml"))
		len -= 4;
	return len ? strndup(base, len) : NULL;
}

static int read_text(struct rootward_policy **ret, const char *text, size_t len, const char *name,
		     const char *file, const struct rootward_opts *opts)
{
	int r = policy_read_yaml(ret, text, len, name, file, opts);

	if (r == -ENOMEM)
		diag(opts, ROOTWARD_ERROR, &(struct origin){ .file = file }, NULL, "out of memory");
	return r;
}

int policy_read_file(struct rootward_policy **ret, const char *path,
		     const struct rootward_opts *opts)
{
	_cleanup_free_ char *text = NULL, *name = NULL;
	const char *file = strcmp(path, "-") ? path : "<stdin>";
	size_t len = 0;
	int r;

	r = read_path(path, &text, &len);
	if (r < 0) {
		diag(opts, ROOTWARD_ERROR, &(struct origin){ .file = file }, NULL,
		     "cannot be read: %s", strerror(-r));
		return r;
	}
	name = strcmp(path, "-") ? name_from_path(path) : NULL;
	return read_text(ret, text, len, name, file, opts);
}

/* For load and parse: a policy is whole, or there is none. */
static int whole(struct rootward_policy **ret, struct rootward_policy *policy, int r)
{
	if (r == 0)
		*ret = policy;
	else
		rootward_policy_free(policy);
	return r;
}

int rootward_policy_load(struct rootward_policy **ret, const char *path,
			 const struct rootward_opts *opts)
{
	struct rootward_policy *policy = NULL;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r == 0)
		r = policy_read_file(&policy, path, &copy);
	return whole(ret, policy, r);
}

int rootward_policy_parse(struct rootward_policy **ret, const char *text, size_t len,
			  const struct rootward_opts *opts)
{
	struct rootward_policy *policy = NULL;
	struct rootward_opts copy;
	int r;

	r = opts_take(&copy, opts);
	if (r == 0)
		r = read_text(&policy, text, len, copy.name, copy.name ? copy.name : "policy",
			      &copy);
	return whole(ret, policy, r);
}
