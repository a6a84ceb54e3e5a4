/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * with-bpf - run a command while BPF programs are attached
 *
 * usage: with-bpf OBJECT COMMAND [ARGUMENT]...
 *
 * Ends as the command does.  What the verifier says goes to stderr.
 */
#include <bpf/libbpf.h>
#include <err.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	int status;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: with-bpf OBJECT COMMAND [ARGUMENT]...");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		err(1, "%s", argv[1]);
	/* Links end with this process. */
	bpf_object__for_each_program(program, object)
	{
		if (!bpf_program__attach(program))
			err(1, "%s", bpf_program__name(program));
	}

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
