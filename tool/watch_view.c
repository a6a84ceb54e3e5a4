/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "event.h"
#include "message.h"
#include "watch.h"

/* Rates look back about so many seconds. */
#define MEMORY 2.0

/* Where a row's outcome stands. */
#define OUTCOME_COLUMN 19
#define OUTCOME_WIDTH 8

/* What a row tells of its newest event. */
static char *last_of(const struct rootward_event *event)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (event->object && *event->object) {
		event_print_object(out, event);
		fputs("  ", out);
	}
	fputs("by ", out);
	print_safe(out, event->comm ? event->comm : "?");
	fprintf(out, "[%d]", event->pid);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void view_take(void *data, const struct rootward_event *event)
{
	struct view *view = data;
	struct tally_row *row = tally_add(&view->tally, event);

	if (!row)
		return;
	free(row->last);
	row->last = last_of(event);
}

static double follow(double rate, uint64_t events, double seconds)
{
	double share = seconds < MEMORY ? seconds / MEMORY : 1;

	return rate + ((double)events / seconds - rate) * share;
}

void view_tick(struct view *view, double seconds)
{
	if (seconds <= 0)
		return;
	view->seconds += seconds;
	for (size_t i = 0; i < view->tally.n; i++) {
		struct tally_row *row = &view->tally.rows[i];

		row->rate = follow(row->rate, row->count - row->before, seconds);
		row->before = row->count;
	}
	view->rate = follow(view->rate, view->tally.total - view->before, seconds);
	view->before = view->tally.total;
}

/* "0.4/s", "12/s", "1.2k/s"; nothing for what is over */
static const char *rate_words(double rate, char *buf, size_t size)
{
	if (rate < 0.05)
		buf[0] = '\0';
	else if (rate < 9.95)
		snprintf(buf, size, "%.1f/s", rate);
	else if (rate < 999.5)
		snprintf(buf, size, "%.0f/s", rate);
	else
		snprintf(buf, size, "%.*fk/s", rate < 9950 ? 1 : 0, rate / 1000);
	return buf;
}

/* How many bytes of UTF-8 are @width columns, near enough. */
static size_t bytes_of(const char *text, int width)
{
	size_t n = 0;

	for (; text[n]; n++)
		if ((text[n] & 0xc0) != 0x80 && width-- == 0)
			break;
	return n;
}

/**
 * struct canvas - where lines go, and how many there is room for.
 * @left: lines; -1: no end to them
 */
struct canvas {
	FILE *out;
	int width;
	int left;
	bool colour;
	const char *end;
};

/* @text cut to the width; @code colours what stands where a row has its outcome. */
static void put_line(struct canvas *canvas, const char *text, const char *code)
{
	size_t n = canvas->width ? bytes_of(text, canvas->width) : strlen(text);
	size_t from = 0, to = 0;

	if (canvas->left == 0)
		return;
	canvas->left -= canvas->left > 0;
	if (code && canvas->colour) {
		from = bytes_of(text, OUTCOME_COLUMN);
		to = bytes_of(text, OUTCOME_COLUMN + OUTCOME_WIDTH);
		from = from < n ? from : n;
		to = to < n ? to : n;
		fprintf(canvas->out, "%.*s%s%.*s" PLAIN, (int)from, text, code, (int)(to - from),
			text + from);
	}
	fprintf(canvas->out, "%.*s%s", (int)(n - to), text + to, canvas->end);
}

static void put_head(struct canvas *canvas, const struct view *view)
{
	static const enum rootward_outcome order[] = { ROOTWARD_DENIED, ROOTWARD_PASSED,
						       ROOTWARD_ALLOWED };
	_cleanup_free_ char *name = safe_text(view->name ? view->name : "all policies");
	_cleanup_free_ char *text = NULL;
	char rate[24];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	fprintf(out, "%s, %.0f s:", name ? name : "?", view->seconds);
	for (int i = 0; i < 3; i++)
		fprintf(out, " %" PRIu64 " %s,", view->tally.outcomes[order[i]],
			event_outcome(order[i]));
	rate_words(view->rate, rate, sizeof(rate));
	fprintf(out, " %s, %" PRIu64 " lost", *rate ? rate : "0/s", view->lost);
	if (fclose(out))
		return;
	put_line(canvas, text, NULL);
	put_line(canvas, "", NULL);
}

static void put_rule(struct canvas *canvas, const struct tally_row *row)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	tally_print_rule(out, row);
	if (fclose(out) == 0)
		put_line(canvas, text, NULL);
}

static void put_row(struct canvas *canvas, const struct tally_row *row)
{
	static const char *const codes[] = { RED, YELLOW, GREEN };
	_cleanup_free_ char *text = NULL;
	char what[EVENT_WHAT_MAX], rate[24];

	if (asprintf(&text, "%9" PRIu64 "%8s  %-*s  %-12s  %s", row->count,
		     rate_words(row->rate, rate, sizeof(rate)), OUTCOME_WIDTH,
		     event_outcome(row->outcome),
		     event_what(row->ops, row->reason, row->arg, what, sizeof(what)),
		     row->last ? row->last : "") < 0) {
		text = NULL;
		return;
	}
	put_line(canvas, text, codes[row->outcome % 3]);
}

/* The number of rows of the rule that begins at @first. */
static size_t rows_of(const struct tally *tally, size_t first)
{
	size_t n = 1;

	while (first + n < tally->n &&
	       tally_same_rule(&tally->rows[first], &tally->rows[first + n]))
		n++;
	return n;
}

/* How many lines there are if each rule shows at most @most rows. */
static size_t lines_of(const struct tally *tally, size_t most)
{
	size_t lines = 0, n;

	for (size_t i = 0; i < tally->n; i += n) {
		n = rows_of(tally, i);
		lines += 1 + (n < most ? n : most);
	}
	return lines;
}

/* As many rows of each rule as let all rules be seen; one at least. */
static size_t rows_that_fit(const struct tally *tally, int lines)
{
	size_t most = tally->n ? tally->n : 1;

	while (lines >= 0 && most > 1 && lines_of(tally, most) > (size_t)lines)
		most--;
	return most;
}

static void put_rules(struct canvas *canvas, const struct tally *tally)
{
	size_t most = rows_that_fit(tally, canvas->left), rules = 0, n;
	char text[64];

	for (size_t i = 0; i < tally->n; i += n) {
		n = rows_of(tally, i);
		/* the last line tells of what has no room */
		if (canvas->left >= 0 && canvas->left < (i + n < tally->n ? 3 : 2)) {
			rules++;
			continue;
		}
		put_rule(canvas, &tally->rows[i]);
		for (size_t k = 0; k < n && k < most; k++)
			put_row(canvas, &tally->rows[i + k]);
	}
	if (rules)
		snprintf(text, sizeof(text), "and %zu more rule%s", rules, rules == 1 ? "" : "s");
	if (rules)
		put_line(canvas, text, NULL);
	if (!tally->other)
		return;
	snprintf(text, sizeof(text), "%9" PRIu64 " by yet other rules", tally->other);
	put_line(canvas, text, NULL);
}

void view_draw(FILE *out, struct view *view, int width, int height, bool colour, const char *end)
{
	struct canvas canvas = { out, width, height ? height : -1, colour, end };

	tally_sort(&view->tally);
	put_head(&canvas, view);
	put_rules(&canvas, &view->tally);
}

void view_done(struct view *view)
{
	tally_done(&view->tally);
}
