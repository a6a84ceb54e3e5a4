/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cleanup.h"
#include "fanotify.h"

/* Seconds for an answer: as long as a supervisor may wait for a decider's end. */
#define PATIENCE 20
#define TRIES 10

static int make_directory(const char *path, mode_t mode)
{
	return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

int talk_lock(void)
{
	int fd, r;

	r = make_directory("/run/rootward", 0755);
	if (!r)
		r = make_directory(FANOTIFY_DIRECTORY, 0700);
	if (r < 0)
		return r;
	fd = open(FANOTIFY_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR) {
			r = -errno;
			close(fd);
			return r;
		}
	}
	return fd;
}

/* keys.0: a name may have a slash in it, and there are two of one name while one replaces another.
 */
static int address_of(struct sockaddr_un *address, const char *name, unsigned int number)
{
	char plain[FANOTIFY_NAME_MAX + 1], *slash;

	snprintf(plain, sizeof(plain), "%s", name);
	while ((slash = strchr(plain, '/')))
		*slash = '_';
	if (*plain == '.')
		*plain = '_';
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(address->sun_path, sizeof(address->sun_path), FANOTIFY_DIRECTORY "/%s.%u",
			plain, number) < (int)sizeof(address->sun_path)
		       ? 0
		       : -ENAMETOOLONG;
}

int talk_listen(struct group *group)
{
	struct sockaddr_un address;
	unsigned int number = 0;
	int r;

	group->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (group->socket < 0)
		return -errno;
	do {
		r = address_of(&address, group->policy->name, number++);
		if (!r && bind(group->socket, (struct sockaddr *)&address, sizeof(address)) < 0)
			r = -errno;
	} while (r == -EADDRINUSE);
	if (r < 0)
		return r;
	group->path = strdup(address.sun_path);
	if (!group->path) {
		unlink(address.sun_path);
		return -ENOMEM;
	}
	return listen(group->socket, 8) < 0 ? -errno : 0;
}

/* Return: a descriptor; -ECONNREFUSED: nobody is there; -errno. */
static int connect_to(const char *path, char request)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	if (send(fd, &request, 1, MSG_NOSIGNAL) != 1)
		return -errno;
	return steal_fd(&fd);
}

/* Whoever was asked ended meanwhile; another of the same group may answer. */
static bool is_broken(int error)
{
	return error == -ECONNRESET || error == -EPIPE;
}

static int end_once(const char *path)
{
	_cleanup_close_ int fd = connect_to(path, REQUEST_END);
	char nothing;
	ssize_t n;

	if (fd == -ECONNREFUSED)
		return unlink(path) < 0 ? -errno : 0;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	do
		n = recv(fd, &nothing, 1, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : -ECONNRESET;
}

/* It is no more when there is nobody to ask. */
int talk_end(const char *path)
{
	int r = -ECONNRESET, tries;

	for (tries = 0; is_broken(r) && tries < TRIES; tries++)
		r = end_once(path);
	return r;
}

static int ask_once(struct told *told, const char *path)
{
	_cleanup_close_ int fd = connect_to(path, REQUEST_TELL);
	const char *name = strrchr(path, '/') + 1;
	ssize_t n;

	*told = (struct told){ .gone = fd == -ECONNREFUSED };
	if (told->gone) {
		snprintf(told->name, sizeof(told->name), "%.*s", (int)(strrchr(path, '.') - name),
			 name);
		return 0;
	}
	if (fd < 0)
		return fd;
	n = recv(fd, told, sizeof(*told), 0);
	if (n < 0)
		return -errno;
	return n == sizeof(*told) ? 0 : -ECONNRESET;
}

static int ask(struct told *told, const char *path)
{
	int r = -ECONNRESET, tries;

	for (tries = 0; is_broken(r) && tries < TRIES; tries++)
		r = ask_once(told, path);
	return r;
}

int talk_paths(int (*fn)(void *data, const char *path), void *data)
{
	_cleanup_closedir_ DIR *dir = opendir(FANOTIFY_DIRECTORY);
	char path[sizeof(FANOTIFY_DIRECTORY) + 300];
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || !strchr(entry->d_name, '.'))
			continue;
		snprintf(path, sizeof(path), FANOTIFY_DIRECTORY "/%s", entry->d_name);
		r = fn(data, path);
	}
	return r;
}

struct asking_all {
	talk_fn fn;
	void *data;
};

static int ask_for(void *data, const char *path)
{
	const struct asking_all *all = data;
	struct told told;
	int r = ask(&told, path);

	if (r)
		return r == -ENOENT ? 0 : r;
	return all->fn(all->data, path, &told);
}

int talk_all(talk_fn fn, void *data)
{
	struct asking_all all = { fn, data };

	return talk_paths(ask_for, &all);
}

/* --- to watch */

#define N_TO_WATCH 2

union ancillary {
	struct cmsghdr align;
	char room[CMSG_SPACE(N_TO_WATCH * sizeof(int))];
};

void talk_hand_over(const struct group *group, int client)
{
	struct to_watch is = { .size = sizeof(struct counts) };
	struct iovec iov = { &is, sizeof(is) };
	int fds[N_TO_WATCH] = { group->shared, group->told };
	union ancillary ancillary = {};
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = ancillary.room,
			      .msg_controllen = sizeof(ancillary.room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	snprintf(is.name, sizeof(is.name), "%s", group->policy->name);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(head), fds, sizeof(fds));
	sendmsg(client, &msg, MSG_NOSIGNAL);
}

int talk_watch(const char *path, struct to_watch *to_watch, int fds[2])
{
	_cleanup_close_ int fd = connect_to(path, REQUEST_WATCH);
	struct iovec iov = { to_watch, sizeof(*to_watch) };
	union ancillary ancillary = {};
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = ancillary.room,
			      .msg_controllen = sizeof(ancillary.room) };
	struct cmsghdr *head;
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(N_TO_WATCH * sizeof(int)))
		return n ? -EPROTO : -ECONNRESET;
	memcpy(fds, CMSG_DATA(head), N_TO_WATCH * sizeof(int));
	if (n == sizeof(*to_watch) && to_watch->size == sizeof(struct counts))
		return 0;
	close(fds[0]);
	close(fds[1]);
	return -EPROTO;
}
