/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are replaced, or stay as they are; and questions that only an answer answers. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <rootward.h>

#include "cleanup.h"
#include "learn_update.h"
#include "outfile.h"
#include "tap.h"
#include "tempdir.h"

/* More than any buffer. */
#define MUCH 100000

static void put(const char *file, const char *text)
{
	FILE *out = fopen(file, "we");

	if (!out || fputs(text, out) < 0 || fclose(out))
		exit(99);
}

/* What is in there, at most so much; static. */
static const char *get(const char *file)
{
	static char buf[64];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n < 0 ? "(none)" : buf;
}

static size_t count_files(void)
{
	DIR *dir = opendir(".");
	size_t n = 0;

	while (dir && readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* No room: as on a full disk, a part is written and then no more. */
static void no_room(bool none)
{
	struct rlimit limit = { .rlim_cur = none ? 4096 : RLIM_INFINITY,
				.rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, none ? SIG_IGN : SIG_DFL);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		exit(99);
}

static int write_file(const char *name, const char *text, size_t times)
{
	struct outfile out;
	int r = outfile_open(&out, name);

	for (size_t i = 0; r == 0 && i < times; i++)
		fputs(text, outfile_start(&out));
	return r < 0 ? r : outfile_finish(&out);
}

static void test_outfile(void)
{
	struct outfile out;
	struct stat st;

	put("old", "old");
	chmod("old", 0640);
	make_link("old", "link");
	is_int(outfile_open(&out, "old"), 0, "a file that is there");
	fputs("new", outfile_start(&out));
	fflush(outfile_start(&out));
	is_str(get("old"), "old", "is the old one while it is written");
	is_int(outfile_finish(&out), 0, "until the end");
	is_str(get("old"), "new", "then the new one");
	is_int(write_file("link", "linked", 1), 0, "by a link");
	is_str(get("old"), "linked", "it is what the link leads to");
	ok(lstat("link", &st) == 0 && S_ISLNK(st.st_mode), "which stays");
	ok(stat("old", &st) == 0 && (st.st_mode & 07777) == 0640, "so does its mode");

	no_room(true);
	is_int(write_file("old", "x", MUCH), -EFBIG, "no room");
	is_int(write_file("fresh", "x", MUCH), -EFBIG, "nor for one that was not there");
	no_room(false);
	is_str(get("old"), "linked", "the old one is kept");
	is_int(count_files(), 2, "and nothing else is left");

	is_int(outfile_open(&out, "fresh"), 0, "one that was not there");
	outfile_drop(&out);
	is_int(count_files(), 2, "is not, if nothing came of it");
	is_int(write_file("fresh", "new", 1), 0, "or is made");
	is_str(get("fresh"), "new", "anew");
	is_int(write_file("/dev/full", "x", 1), -ENOSPC, "what is no file is written to");
	ok(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode), "not replaced");
	unlink("link");
	unlink("old");
	unlink("fresh");
}

static void test_meanwhile(void)
{
	struct update update = { .file = "p.yaml" };

	put("p.yaml", "default: [read]\n");
	is_int(update_load(&update,
			   &(struct rootward_opts){ .size = sizeof(struct rootward_opts) }),
	       0, "a policy");
	put("p.yaml", "default: []\n");
	is_int(update_write(&update, "default: [all]\n"), -ESTALE, "that was changed meanwhile");
	is_str(get("p.yaml"), "default: []\n", "stays as it is");
	put("p.yaml", "default: [read]\n# mine\n");
	is_int(update_write(&update, "default: [all]\n"), -ESTALE, "if only by more behind");
	unlink("p.yaml");
	is_int(update_write(&update, "default: [all]\n"), -ESTALE, "or is gone");
	is_int(count_files(), 0, "stays gone");
	put("p.yaml", "default: [read]\n");
	is_int(update_write(&update, "default: [all]\n"), 0, "what is as it was");
	is_str(get("p.yaml"), "default: [all]\n", "is changed");
	is_int(count_files(), 1, "and nothing is left beside");
	update_done(&update);
	unlink("p.yaml");
}

/**
 * asked() - on a terminal of its own, with standard output elsewhere.
 * @early: typed before the question; @answer: after it
 * Return: whether it was accepted; @seen: what was to be read there
 */
static bool asked(const char *early, const char *answer, char *seen, size_t size)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	size_t n = 0;
	pid_t pid;

	if (master < 0 || grantpt(master) || unlockpt(master))
		exit(99);
	pid = fork();
	if (pid == 0) {
		struct update update = { .file = "p.yaml" };
		sigset_t none;
		int slave;

		sigemptyset(&none);
		setsid();
		slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
		if (slave < 0 || dup2(slave, 0) < 0 || dup2(slave, 2) < 0 ||
		    !freopen("/dev/null", "we", stdout))
			_exit(99);
		/* until it is there to be read */
		if (early[0])
			poll(&(struct pollfd){ .fd = 0, .events = POLLIN }, 1, 10000);
		fputs("the difference\n", update_shows());
		fflush(update_shows());
		_exit(update_accepted(&update, &none));
	}
	if (write(master, early, strlen(early)) < 0)
		exit(99);
	while (n + 1 < size && !memmem(seen, n, "[y/N] ", 6)) {
		ssize_t got = poll(&(struct pollfd){ .fd = master, .events = POLLIN }, 1, 10000) > 0
				      ? read(master, seen + n, size - 1 - n)
				      : -1;

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	seen[n] = '\0';
	usleep(100000);
	if (write(master, answer, strlen(answer)) < 0 || waitpid(pid, &status, 0) != pid)
		exit(99);
	close(master);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void test_asked(void)
{
	char seen[512];

	ok(asked("", "y\n", seen, sizeof(seen)), "yes");
	ok(strstr(seen, "the difference"), "the difference is seen where it is asked");
	ok(!asked("", "n\n", seen, sizeof(seen)), "no");
	ok(!asked("y\n", "n\n", seen, sizeof(seen)), "what was typed before is no answer");
	ok(asked("n\n", "y\n", seen, sizeof(seen)), "nor is no");
}

int main(void)
{
	enter_tempdir();
	test_outfile();
	test_meanwhile();
	test_asked();
	return done_testing();
}
