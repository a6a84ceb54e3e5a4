/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests that speak TAP: each check is a line, a failed one tells its place and what it got.
 *
 *	int main(void)
 *	{
 *		ok(1 + 1 == 2, "arithmetic");
 *		return done_testing();
 *	}
 */
#ifndef ROOTWARD_TAP_H
#define ROOTWARD_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One count for a program of several files: its header says `extern`, and one file says nothing. */
#ifndef TAP_COUNTERS
#define TAP_COUNTERS static
#endif

TAP_COUNTERS int tap_number;
TAP_COUNTERS int tap_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
tap_check(bool good, const char *file, int line, const char *format, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_number);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

/* Diagnostics hold several lines; each must begin with `#`. */
__attribute__((unused)) static void tap_show(const char *what, const char *text)
{
	printf("# %s ", what);
	for (; text && *text; text++)
		printf(*text == '\n' && text[1] ? "\n#     " : "%c", *text);
	printf("%s\n", text ? "" : "NULL");
	fflush(stdout);
}

#define ok(condition, ...) tap_check(!!(condition), __FILE__, __LINE__, __VA_ARGS__)

#define is_int(got, wanted, ...)                                                                   \
	({                                                                                         \
		long long is_got = (got), is_wanted = (wanted);                                    \
		bool is_good = ok(is_got == is_wanted, __VA_ARGS__);                               \
		if (!is_good)                                                                      \
			printf("# got %lld, wanted %lld\n", is_got, is_wanted);                    \
		is_good;                                                                           \
	})

#define is_str(got, wanted, ...)                                                                   \
	({                                                                                         \
		const char *is_got = (got), *is_wanted = (wanted);                                 \
		bool is_good =                                                                     \
			is_got && is_wanted ? !strcmp(is_got, is_wanted) : is_got == is_wanted;    \
		ok(is_good, __VA_ARGS__);                                                          \
		if (!is_good) {                                                                    \
			tap_show("got   ", is_got);                                                \
			tap_show("wanted", is_wanted);                                             \
		}                                                                                  \
		is_good;                                                                           \
	})

/* A check that cannot be made here; the harness decides whether that is expected. */
#define skip(reason, ...)                                                                          \
	do {                                                                                       \
		printf("ok %d - ", ++tap_number);                                                  \
		printf(__VA_ARGS__);                                                               \
		printf(" # SKIP %s\n", reason);                                                    \
		fflush(stdout);                                                                    \
	} while (0)

__attribute__((unused)) static int done_testing(void)
{
	printf("1..%d\n", tap_number);
	return tap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
