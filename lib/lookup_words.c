/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The side of a look-up that people see: `~` in, and out which component it was that failed. */
#include <limits.h>
#include <pwd.h>
#include <string.h>

#include "cleanup.h"
#include "lookup.h"

/* NULL @name: of @uid. */
static int user_entry(const char *name, uid_t uid, struct passwd *user, char **buf)
{
	struct passwd *found = NULL;
	size_t size = 1024;
	int r;

	*buf = NULL;
	do {
		size *= 2;
		free(*buf);
		*buf = malloc(size);
		if (!*buf)
			return -ENOMEM;
		r = name ? getpwnam_r(name, user, *buf, size, &found)
			 : getpwuid_r(uid, user, *buf, size, &found);
	} while (r == ERANGE && size < 1 << 20);
	return found ? 0 : -ENOENT;
}

int lookup_user(const char *name, struct passwd *user, char **buf)
{
	return user_entry(name, getuid(), user, buf);
}

static int home_from_database(const char *name, uid_t uid, char **ret)
{
	_cleanup_free_ char *buf = NULL;
	struct passwd found;
	int r;

	r = user_entry(name, uid, &found, &buf);
	if (r < 0)
		return r;
	if (!found.pw_dir || found.pw_dir[0] != '/')
		return -ENOENT;
	*ret = strdup(found.pw_dir);
	return *ret ? 0 : -ENOMEM;
}

int lookup_home(char **ret, uid_t uid)
{
	return home_from_database(NULL, uid, ret);
}

static int home_of_user(const char *user, size_t len, char **ret)
{
	_cleanup_free_ char *name = strndup(user, len);

	return name ? home_from_database(name, 0, ret) : -ENOMEM;
}

static int home_of_caller(char **ret)
{
	const char *home = secure_getenv("HOME");

	/* A relative one would mean another directory after each chdir(). */
	if (!home || home[0] != '/')
		return lookup_home(ret, getuid());
	*ret = strdup(home);
	return *ret ? 0 : -ENOMEM;
}

int lookup_expand(char **ret, const char *path, const char **why)
{
	_cleanup_free_ char *home = NULL;
	size_t user;
	int r;

	*why = NULL;
	if (path[0] != '~') {
		*ret = strdup(path);
		return *ret ? 0 : -ENOMEM;
	}

	user = strcspn(path + 1, "/");
	r = user ? home_of_user(path + 1, user, &home) : home_of_caller(&home);
	if (r == -ENOENT)
		*why = user ? "names a user that does not exist or has no home directory"
			    : "needs a home directory, and the caller has none";
	if (r < 0)
		return r;
	return asprintf(ret, "%s%s", home, path + 1 + user) < 0 ? -ENOMEM : 0;
}

/* Length of the shortest beginning of @path that fails like the whole; @before: of the one before,
 * which then is what cannot be passed. */
static size_t failing_length(char *path, int error, size_t *before)
{
	struct stat st;
	size_t end = strspn(path, "/");
	int r;
	char c;

	*before = end;
	while (path[end]) {
		end += strcspn(path + end, "/");
		c = path[end];
		path[end] = '\0';
		r = stat(path, &st) < 0 ? -errno : 0;
		path[end] = c;
		if (r == error)
			break;
		*before = end;
		end += strspn(path + end, "/");
	}
	return end;
}

char *lookup_culprit(const char *path, int error)
{
	_cleanup_free_ char *part = strdup(path);
	char target[PATH_MAX];
	size_t before, length;
	char *ret = NULL;
	ssize_t n;
	int r;

	if (error == -ENAMETOOLONG)
		return strdup("the path, or a name in it, is longer than the system can use");
	if (!part)
		return NULL;

	length = failing_length(part, error, &before);
	part[length] = '\0';
	n = readlink(part, target, sizeof(target) - 1);
	if (n >= 0)
		target[n] = '\0';

	if (error == -ENOENT && n >= 0)
		r = asprintf(&ret, "\"%s\" is a symbolic link to \"%s\", which does not exist",
			     part, target);
	else if (error == -ENOENT)
		r = asprintf(&ret, "\"%s\" does not exist", part);
	else if (error == -ENOTDIR)
		r = asprintf(&ret, "\"%.*s\" is not a directory", (int)before, part);
	else if (error == -EACCES)
		r = asprintf(&ret, "\"%.*s\" may not be searched by the caller",
			     (int)(before ? before : 1), before ? part : ".");
	else
		r = asprintf(&ret, "\"%s\": %s", part, strerror(-error));
	return r < 0 ? NULL : ret;
}
