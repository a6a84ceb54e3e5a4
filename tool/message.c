/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "message.h"

/* A policy that is not one at all has as many mistakes as lines: nobody reads on after so many. */
#define MAX_ERRORS 20

bool is_terminal(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && !(term && !strcmp(term, "dumb"));
}

bool has_colour(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && is_terminal(out);
}

static const char *colour(const char *code)
{
	return has_colour(stderr) ? code : "";
}

/* The character of UTF-8 at @s, and how many bytes it has; 0: there is none. */
static int decode(const unsigned char *s, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	uint32_t c = *s & (length == 1 ? 0x7f : 0x7f >> length);

	for (int i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	*character = c;
	return length && c >= least[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? length
											   : 0;
}

/*
 * What a terminal obeys (it takes U+009B for an escape), what changes the direction of what is
 * around it, what takes no room, and what is no character, which XML refuses.
 */
bool is_shown(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} unshown[] = {
		{ 0, 0x1f },	    { 0x7f, 0x9f },	  { 0xad, 0xad },     { 0x61c, 0x61c },
		{ 0x115f, 0x1160 }, { 0x180e, 0x180e },	  { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 },	  { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
		return false;
	for (size_t i = 0; i < sizeof(unshown) / sizeof(unshown[0]); i++)
		if (c >= unshown[i].first && c <= unshown[i].last)
			return false;
	return true;
}

void print_safe(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t c;

	for (int length; *s; s += length ? length : 1) {
		length = decode(s, &c);
		if (c == '\\' && length)
			fputs("\\\\", out);
		else if (length && is_shown(c))
			fwrite(s, 1, (size_t)length, out);
		else
			for (int i = 0; i < (length ? length : 1); i++)
				fprintf(out, "\\x%02x", s[i]);
	}
}

char *safe_text(const char *text)
{
	char *safe = NULL;
	size_t size;
	FILE *out = open_memstream(&safe, &size);

	if (!out)
		return NULL;
	print_safe(out, text);
	if (fclose(out) == 0)
		return safe;
	free(safe);
	return NULL;
}

int text_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

void print_folded(FILE *out, int column, int width, const char *text)
{
	int at = column;

	while (*text) {
		size_t length = strcspn(text, " ");
		_cleanup_free_ char *word = strndup(text, length);
		int word_width = word ? text_width(word) : 0;

		if (at > column && width && at + 1 + word_width > width) {
			fprintf(out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			putc(' ', out);
			at++;
		}
		fwrite(text, 1, length, out);
		at += word_width;
		text += length;
		text += *text == ' ';
	}
}

static void print_line(const char *start, const char *end, const char *format, va_list ap)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, ap) < 0) {
		text = NULL;
		return;
	}
	fprintf(stderr, "%s", start);
	print_safe(stderr, text);
	fprintf(stderr, "%s\n", end);
}

void complain(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%srootward:%s ", colour(RED), colour(PLAIN));
	va_start(ap, format);
	print_line("", "", format, ap);
	va_end(ap);
}

void say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_line("rootward: ", "", format, ap);
	va_end(ap);
}

void hint(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_line("  hint: ", "", format, ap);
	va_end(ap);
}

static void print_diag(FILE *out, const struct rootward_diag *diag)
{
	static const char *const codes[] = { RED, YELLOW, "" };
	static const char *const words[] = { "", "warning: ", "note: " };

	fprintf(out, "%srootward:%s ", colour(codes[diag->severity]), colour(PLAIN));
	if (diag->file) {
		print_safe(out, diag->file);
		if (diag->line)
			fprintf(out, ":%u", diag->line);
		if (diag->line && diag->column)
			fprintf(out, ":%u", diag->column);
		fprintf(out, ": ");
	}
	fprintf(out, "%s", words[diag->severity]);
	print_safe(out, diag->message);
	fprintf(out, "\n");
	if (!diag->hint)
		return;
	fprintf(out, "  hint: ");
	print_safe(out, diag->hint);
	fprintf(out, "\n");
}

static void report_error(struct report *report, const struct rootward_diag *diag)
{
	if (report->errors++ < MAX_ERRORS)
		print_diag(stderr, diag);
	else if (report->errors == MAX_ERRORS + 1)
		complain("and more of them; only the first %d are shown", MAX_ERRORS);
}

void report_diag(void *data, const struct rootward_diag *diag)
{
	struct report *report = data;
	enum rootward_severity last = report->last;

	/* a note shares the fate of what it goes with */
	if (diag->severity != ROOTWARD_NOTE)
		report->last = diag->severity;

	if (diag->severity == ROOTWARD_ERROR) {
		report_error(report, diag);
	} else if (report->verbose || (diag->severity == ROOTWARD_NOTE && last == ROOTWARD_ERROR &&
				       report->errors && report->errors <= MAX_ERRORS)) {
		print_diag(stderr, diag);
	} else if (diag->severity == ROOTWARD_WARNING) {
		report->warnings++;
		if (!report->held)
			report->held = open_memstream(&report->text, &report->size);
		if (report->held)
			print_diag(report->held, diag);
	}
}

struct rootward_opts report_opts(struct report *report)
{
	return (struct rootward_opts){
		.size = sizeof(struct rootward_opts),
		.diag = report_diag,
		.diag_data = report,
	};
}

void report_warnings(struct report *report, const char *what)
{
	if (report->held)
		fflush(report->held);
	if (report->warnings == 1 && report->text)
		fputs(report->text, stderr);
	else if (report->warnings > 1)
		say("%s: %u warnings; --verbose lists them", what, report->warnings);
}

void report_done(struct report *report)
{
	if (report->held)
		fclose(report->held);
	free(report->text);
}
