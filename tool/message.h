/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tool says, all of it on standard error: `rootward: file:line:column: message`, and
 * beneath it, indented, `hint: ...`.  Names come from files and file names, so bytes that a
 * terminal would obey, or that would not be seen, are shown as \xNN.
 */
#ifndef TOOL_MESSAGE_H
#define TOOL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rootward.h>

#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

/** is_terminal() - whether @out is a terminal that can do more than print lines. */
bool is_terminal(FILE *out);

/** has_colour() - whether @out is a terminal that knows colours, and NO_COLOR says nothing else. */
bool has_colour(FILE *out);

/** complain() - an error of the tool's own. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** say() - the same without colour: not an error. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** hint() - what to do about the message before. */
void hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** print_safe() - @text with what is not to be shown as \xNN, and a backslash as two. */
void print_safe(FILE *out, const char *text);

/** is_shown() - whether the character can be seen, alone, and does nothing to what is around it. */
bool is_shown(uint32_t character);

/** safe_text() - the same as text, to free; NULL: out of memory. */
char *safe_text(const char *text);

/** text_width() - columns that UTF-8 takes, near enough. */
int text_width(const char *text);

/**
 * print_folded() - @text, which is safe, from @column on, folded between words into lines of at
 * most @width columns (0: one line), all of which begin in @column.
 */
void print_folded(FILE *out, int column, int width, const char *text);

/**
 * struct report - takes the library's diagnostics.
 * @verbose:  everything at once; otherwise errors at once, and warnings when report_warnings()
 *            says so
 * @errors, @warnings: how many came
 * @held:     the warnings, formatted
 */
struct report {
	bool verbose;
	unsigned int errors;
	unsigned int warnings;
	enum rootward_severity last;
	FILE *held;
	char *text;
	size_t size;
};

/** report_diag() - a rootward_diag_fn; @data is a struct report. */
void report_diag(void *data, const struct rootward_diag *diag);

/** report_opts() - options for the library that report to @report. */
struct rootward_opts report_opts(struct report *report);

/**
 * report_warnings() - say once what the warnings held back amount to: one is shown, of more the
 * number, under the heading @what.
 */
void report_warnings(struct report *report, const char *what);

void report_done(struct report *report);

#endif
