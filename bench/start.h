/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long it takes to start a command: alone, and through `rootward run` with its own policy. */
#ifndef BENCH_START_H
#define BENCH_START_H

/**
 * start_command() - start `true` in the directory @dir and wait for its end.
 * @engine: through `rootward run --engine`; NULL: as it is
 * @ns:     how long that took
 *
 * Return: 0; -ECHILD when it did not end well; -errno.
 */
int start_command(const char *dir, const char *engine, double *ns);

#endif
