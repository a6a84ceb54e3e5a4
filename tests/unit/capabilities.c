/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/securebits.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capabilities.h"
#include "engine.h"
#include "tap.h"

#define BIT(n) (1ULL << (n))

static uint64_t get(cap_flag_t flag)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value;
	uint64_t set = 0;
	int i;

	for (i = 0; i < cap_max_bits(); i++)
		if (!cap_get_flag(caps, i, flag, &value) && value == CAP_SET)
			set |= BIT(i);
	cap_free(caps);
	return set;
}

static uint64_t bounding(void)
{
	uint64_t set = 0;
	int i;

	for (i = 0; i < cap_max_bits(); i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			set |= BIT(i);
	return set;
}

static uint64_t everywhere(void)
{
	return get(CAP_PERMITTED) | get(CAP_EFFECTIVE) | get(CAP_INHERITABLE);
}

static void test_names(void)
{
	unsigned int i;
	int wrong = 0;
	char *name;

	for (i = 0; capability_word(i); i++) {
		name = cap_to_name(i);
		wrong += !name || strncmp(name, "cap_", 4) ||
			 strcmp(name + 4, capability_word(i)) ||
			 capability_from_word(capability_word(i)) != (int)i;
		cap_free(name);
	}
	is_int(wrong, 0, "the names are libcap's");
	is_int(i, CAP_LAST_CAP + 1, "all that the headers know");
	is_int(capability_from_word("cap_sys_admin"), -ENOENT, "without a prefix");
	is_int(capability_from_word(""), -ENOENT, "no empty name");
}

static void test_list(void)
{
	static const int named[] = { CAP_SYS_ADMIN, CAP_SYS_MODULE, CAP_SYS_RAWIO,
				     CAP_SYS_BOOT,  CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH,
				     CAP_MKNOD,	    CAP_BPF,	    CAP_PERFMON };
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		ok(dangerous_capabilities() & BIT(named[i]), "%s is dangerous",
		   capability_word(named[i]));
	ok(!(dangerous_capabilities() & (BIT(CAP_SETUID) | BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE))),
	   "what a package manager needs is not");
}

/* Each of these runs in a process of its own and returns 0, or the number of what is wrong. */

static int drop_all(void)
{
	uint64_t before = get(CAP_PERMITTED), before_bounding = bounding();
	int bits = prctl(PR_GET_SECUREBITS);

	if (confine_capabilities(0))
		return 1;
	if ((everywhere() | bounding()) & dangerous_capabilities())
		return 2;
	if (get(CAP_PERMITTED) != (before & ~dangerous_capabilities()))
		return 3;
	if (get(CAP_EFFECTIVE) != get(CAP_PERMITTED))
		return 4;
	if (bounding() != (before_bounding & ~dangerous_capabilities()))
		return 5;
	if (prctl(PR_GET_SECUREBITS) != bits || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		return 6;
	return confine_capabilities(0) ? 7 : 0;
}

static int keep_one(void)
{
	uint64_t before = get(CAP_PERMITTED);

	if (confine_capabilities(BIT(CAP_SYS_PTRACE)))
		return 1;
	if ((before ^ get(CAP_PERMITTED)) & BIT(CAP_SYS_PTRACE))
		return 2;
	return everywhere() & dangerous_capabilities() & ~BIT(CAP_SYS_PTRACE) ? 3 : 0;
}

static int drop_ambient(void)
{
	cap_value_t value = CAP_MKNOD;
	cap_t caps = cap_get_proc();

	cap_set_flag(caps, CAP_INHERITABLE, 1, &value, CAP_SET);
	if (cap_set_proc(caps) || cap_set_ambient(CAP_MKNOD, CAP_SET))
		return 1;
	cap_free(caps);
	if (confine_capabilities(0))
		return 2;
	return cap_get_ambient(CAP_MKNOD) == CAP_SET ? 3 : 0;
}

/* With CAP_SYS_ADMIN, but no right to shrink the bounding set. */
static int without_setpcap(void)
{
	cap_value_t value = CAP_SETPCAP;
	cap_t caps = cap_get_proc();

	cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_CLEAR);
	cap_set_flag(caps, CAP_PERMITTED, 1, &value, CAP_CLEAR);
	if (cap_set_proc(caps))
		return 1;
	cap_free(caps);
	if (confine_capabilities(0))
		return 2;
	if (everywhere() & dangerous_capabilities())
		return 3;
	if (!(bounding() & dangerous_capabilities()))
		return 4;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 5;
}

static int unprivileged(void)
{
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 1;
	if (everywhere())
		return 2;
	if (confine_capabilities(0))
		return 3;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 4;
}

static void in_child(int (*function)(void), const char *what)
{
	int status = -1;
	pid_t pid;

	if (getuid() || !(get(CAP_PERMITTED) & BIT(CAP_SETPCAP))) {
		skip("needs root", "%s", what);
		return;
	}
	pid = fork();
	if (!pid)
		_exit(function());
	waitpid(pid, &status, 0);
	is_int(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, "%s", what);
}

int main(void)
{
	test_names();
	test_list();
	in_child(drop_all, "drop them all, and only them");
	in_child(keep_one, "keep one");
	in_child(drop_ambient, "the ambient set");
	in_child(without_setpcap, "without CAP_SETPCAP");
	in_child(unprivileged, "without any");
	return done_testing();
}
