/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plot: over the depth, what a policy adds; an engine is a colour, and a policy of many rules
 * broken lines and rings.  Colours are those of the page that shows it, light or dark.
 */
#include <math.h>

#include <rootward.h>

#include "bench.h"
#include "svg.h"

#define MARGIN 24
#define LINE 20
#define LEFT 96
#define TOP 148
#define PLOT_WIDTH 600
#define PLOT_HEIGHT 280
#define LEGEND_WIDTH 260
#define TICKS 5 /* about */

/* In the order in which they are drawn: dots lie within rings. */
static const size_t drawn[] = { FIGURES_RULES, FIGURES_ONE };

#define N_DRAWN (sizeof(drawn) / sizeof(drawn[0]))

static const char style[] =
	"<style>\n"
	"rect { fill: #ffffff } text { fill: #1f2328 } .minor { fill: #59636e }\n"
	".grid { stroke: #d1d9e0 } .axis { stroke: #59636e } .line { fill: none; stroke-width: 2 }\n"
	".many { stroke-dasharray: 6 4 } circle.many { stroke-dasharray: none; fill: none; "
	"stroke-width: 1.5 }\n"
	".bpf { stroke: #0969da } circle.bpf.one { fill: #0969da }\n"
	".landlock { stroke: #bc4c00 } circle.landlock.one { fill: #bc4c00 }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"rect { fill: #0d1117 } text { fill: #e6edf3 } .minor { fill: #9198a1 }\n"
	".grid { stroke: #30363d } .axis { stroke: #9198a1 }\n"
	".bpf { stroke: #58a6ff } circle.bpf.one { fill: #58a6ff }\n"
	".landlock { stroke: #f0883e } circle.landlock.one { fill: #f0883e }\n"
	"}\n</style>\n";

/**
 * struct plot
 * @rows, @n: all lines of the table
 * @low, @high, @step: what the vertical axis shows: multiples of @step
 * @deepest: at the end of the other
 * @width:  of the picture, without the margin on its right
 */
struct plot {
	FILE *out;
	const struct bench_result *result;
	struct row rows[FIGURES_ROWS];
	size_t n;
	double low, high, step, deepest;
	double width;
};

static double x_of(const struct plot *p, double depth)
{
	return LEFT + depth / p->deepest * PLOT_WIDTH;
}

static double y_of(const struct plot *p, double value)
{
	return TOP + (p->high - value) / (p->high - p->low) * PLOT_HEIGHT;
}

/* Is it among what is drawn: a point of @policy by an engine that was measured? */
static bool is_point(const struct row *row, size_t policy, size_t engine)
{
	return row->kind == ROW_DEPTH && row->policy == policy && isfinite(row->added[engine]);
}

/* 1, 2 or 5 times a power of ten, about @range / TICKS. */
static double nice_step(double range)
{
	double power = pow(10, floor(log10(range / TICKS))), part = range / TICKS / power;

	return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void find_axes(struct plot *p)
{
	double low = 0, high = 0;
	size_t i, e, k;

	for (i = 0; i < p->n; i++) {
		for (e = 0; e < FIGURES_ENGINES; e++) {
			for (k = 0; k < N_DRAWN; k++) {
				if (!is_point(&p->rows[i], drawn[k], e))
					continue;
				low = fmin(low, p->rows[i].added[e]);
				high = fmax(high, p->rows[i].added[e]);
			}
		}
		p->deepest = fmax(p->deepest, p->rows[i].depth);
	}
	p->step = nice_step(high > low ? high - low : 1);
	p->low = floor(low / p->step) * p->step;
	p->high = fmax(ceil(high / p->step) * p->step, p->low + p->step);
}

/* Returns how wide it is. */
static double put_text(struct plot *p, double x, double y, const char *attributes, const char *text)
{
	int letters;

	fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, attributes);
	letters = svg_put_escaped(p->out, text);
	fputs("</text>\n", p->out);
	return SVG_LETTER * letters;
}

/* A processor's name may be long. */
static void put_heading(struct plot *p)
{
	const struct machine *m = &p->result->machine;
	char line[512];
	double width;

	put_text(p, MARGIN, MARGIN + 4, "font-weight=\"bold\"",
		 "What a policy adds to open() and close() of a file");
	snprintf(line, sizeof(line), "Linux %s, %s, rootward %s, %s", m->system.release,
		 m->system.machine, ROOTWARD_VERSION, m->date);
	width = put_text(p, MARGIN, MARGIN + 4 + LINE, "class=\"minor\"", line);
	snprintf(line, sizeof(line), "%ld processor%s%s%s%s", m->processors,
		 m->processors > 1 ? "s" : "", m->is_virtual ? " of a virtual machine" : "",
		 *m->processor ? ": " : "", m->processor);
	width = fmax(width, put_text(p, MARGIN, MARGIN + 4 + 2 * LINE, "class=\"minor\"", line));
	p->width = fmax(LEFT + PLOT_WIDTH, MARGIN + width);
}

static void put_axes(struct plot *p)
{
	const struct figures *f = &p->result->figures;
	double value, x;
	char text[64];
	size_t i;

	for (value = p->low; value < p->high + p->step / 2; value += p->step) {
		fprintf(p->out, "<path class=\"%s\" d=\"M%d %.1fh%d\"/>\n",
			fabs(value) < p->step / 2 ? "axis" : "grid", LEFT, y_of(p, value),
			PLOT_WIDTH);
		/* no -0 */
		snprintf(text, sizeof(text), "%.*f", p->step < 1 ? 2 : 0,
			 fabs(value) < p->step / 2 ? 0. : value);
		put_text(p, LEFT - 8, y_of(p, value) + 4, "text-anchor=\"end\"", text);
	}
	fprintf(p->out, "<path class=\"axis\" d=\"M%d %dv%d\"/>\n", LEFT, TOP, PLOT_HEIGHT);
	for (i = 0; i < f->n_depths; i++) {
		x = x_of(p, f->depth[i]);
		snprintf(text, sizeof(text), "%u", f->depth[i]);
		fprintf(p->out, "<path class=\"axis\" d=\"M%.1f %dv5\"/>\n", x, TOP + PLOT_HEIGHT);
		put_text(p, x, TOP + PLOT_HEIGHT + LINE, "text-anchor=\"middle\"", text);
	}
	put_text(p, LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT + 2 * LINE + 4,
		 "class=\"minor\" text-anchor=\"middle\"",
		 "directories between the file and the root directory");
	put_text(p, LEFT - 8, TOP - 14, "class=\"minor\" text-anchor=\"end\"", p->result->unit);
}

static void put_dot(struct plot *p, double x, double y, size_t policy, size_t engine)
{
	fprintf(p->out, "<circle class=\"%s %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>\n",
		bench_engines[engine], policy == FIGURES_ONE ? "one" : "many", x, y,
		policy == FIGURES_ONE ? 3 : 6);
}

static void put_line(struct plot *p, size_t policy, size_t engine)
{
	const struct row *row;
	bool first = true;

	fprintf(p->out, "<path class=\"line %s %s\" d=\"", bench_engines[engine],
		policy == FIGURES_ONE ? "one" : "many");
	for (row = p->rows; row < p->rows + p->n; row++) {
		if (!is_point(row, policy, engine))
			continue;
		fprintf(p->out, "%c%.1f %.1f", first ? 'M' : 'L', x_of(p, row->depth),
			y_of(p, row->added[engine]));
		first = false;
	}
	fputs("\"/>\n", p->out);
	for (row = p->rows; row < p->rows + p->n; row++)
		if (is_point(row, policy, engine))
			put_dot(p, x_of(p, row->depth), y_of(p, row->added[engine]), policy,
				engine);
}

/* Above the plot, where no line can run through it: an engine a line. */
static void put_key(struct plot *p, size_t policy, size_t engine, int line)
{
	double x = LEFT + (policy == FIGURES_ONE ? 0 : LEGEND_WIDTH), y = TOP - 46 + LINE * line;
	char words[BENCH_WORDS_MAX], text[BENCH_WORDS_MAX + 16];

	fprintf(p->out, "<path class=\"line %s %s\" d=\"M%.1f %.1fh40\"/>\n", bench_engines[engine],
		policy == FIGURES_ONE ? "one" : "many", x, y);
	put_dot(p, x + 20, y, policy, engine);
	snprintf(text, sizeof(text), "%s, %s", bench_engines[engine],
		 bench_policy_words(&p->result->figures, policy, words));
	put_text(p, x + 50, y + 4, "", text);
}

static void put_lines(struct plot *p)
{
	int line = 0;

	for (size_t e = 0; e < FIGURES_ENGINES; e++) {
		if (!p->result->figures.has[e])
			continue;
		for (size_t k = 0; k < N_DRAWN; k++) {
			put_line(p, drawn[k], e);
			put_key(p, drawn[k], e, line);
		}
		line++;
	}
}

void bench_svg(FILE *out, const struct bench_result *result)
{
	struct plot p = { .result = result };
	char *text = NULL;
	size_t size;

	p.n = figures_rows(&result->figures, p.rows);
	p.out = open_memstream(&text, &size);
	if (p.out) {
		find_axes(&p);
		put_heading(&p);
		put_axes(&p);
		put_lines(&p);
		fclose(p.out);
	}
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" "
		"font-family=\"DejaVu Sans Mono, monospace\" font-size=\"12\">\n%s"
		"<rect width=\"100%%\" height=\"100%%\"/>\n%s</svg>\n",
		p.width + MARGIN, TOP + PLOT_HEIGHT + 2 * LINE + MARGIN, style, text ? text : "");
	free(text);
}
