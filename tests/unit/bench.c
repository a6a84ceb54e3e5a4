/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward bench: its arithmetic, and that all forms show the same. */
#include <math.h>
#include <string.h>

#include "../tap.h"
#include "bench/figures.h"
#include "tool/bench.h"

#define NEAR 1e-6

#define is_near(got, wanted, ...)                                                                  \
	({                                                                                         \
		double near_got = (got), near_wanted = (wanted);                                   \
		if (!ok(fabs(near_got - near_wanted) < NEAR, __VA_ARGS__))                         \
			printf("# got %.9g, wanted %.9g\n", near_got, near_wanted);                \
	})

static double percentile(unsigned int which, size_t n)
{
	double values[] = { 5, 1, 4, 2, 3, 60 }, spread = 0;

	return percentile_of(values, n, which, &spread);
}

static void test_percentile(void)
{
	double odd[] = { 10, 30, 20, 21, 100 }, alike[] = { 7, 7, 7 }, spread = 0;

	is_near(percentile(50, 5), 3, "the median of an odd number");
	is_near(percentile(50, 6), 3, "of an even one, the lower of the two");
	is_near(percentile(0, 6), 1, "percentile 0 is the least");
	is_near(percentile(100, 6), 60, "100 the most");
	is_near(percentile(10, 6), 1, "10 of six the least, too");
	is_near(percentile(25, 5), 2, "a quarter");
	is_near(percentile(50, 1), 5, "of one");

	/* from 21: 11, 9, 1, 0, 79 */
	is_near(percentile_of(odd, 5, 0, &spread), 10, "a percentile besides");
	is_near(spread, 9. / 21, "the spread is around the median, whatever counts");
	percentile_of(alike, 3, 50, &spread);
	is_near(spread, 9. / 21, "a narrower one does not change it");
}

/* Two engines, three policies: lines with known starts and rises, but for what a test changes. */
static struct figures known(void)
{
	struct figures f = {
		.n_depths = 4,
		.depth = { 5, 10, 20, 40 },
		.rules = { 1, 500, 1 },
		.layers = { 1, 1, 8 },
		.has = { true, true },
		.start_plain = 1e6,
		.start = { 9e6, 4e6 },
		.start_first = 80e6,
		.percentile = 50,
		.rounds = 12,
		.spread = .034,
	};

	for (size_t i = 0; i < f.n_depths; i++) {
		double d = f.depth[i];

		f.bare.at[i] = 1000 + 50 * d;
		f.beside.at[i] = f.bare.at[i] + 30 + d;
		for (size_t policy = 0; policy < FIGURES_POLICIES; policy++) {
			double more = (double)policy + 1;

			f.confined[FIGURES_BPF][policy].at[i] =
				f.bare.at[i] + more * (100 + 10 * d);
			f.confined[FIGURES_LANDLOCK][policy].at[i] =
				f.beside.at[i] + more * (200 + 40 * d);
		}
	}
	return f;
}

static void test_rows(void)
{
	struct figures f = known();
	struct row rows[FIGURES_ROWS];
	const struct row *fixed = &rows[4], *ancestor = &rows[5];

	is_int(figures_rows(&f, rows), 18, "six rows for each policy");
	is_int(rows[6].policy, FIGURES_RULES, "the next policy begins");
	is_int(rows[1].depth, 10, "the second depth");
	is_near(rows[1].no_policy, 1500, "no policy");
	is_near(rows[1].added[FIGURES_BPF], 200, "bpf adds to what no program touched");
	is_near(rows[1].added[FIGURES_LANDLOCK], 600, "landlock to what had bpf's programs, too");
	is_near(rows[1].bystanders, 40, "bystanders");
	is_near(row_ratio(&rows[1]), 1. / 3, "the ratio");
	ok(fixed->kind == ROW_FIXED && ancestor->kind == ROW_ANCESTOR, "the line comes last");
	is_near(fixed->no_policy, 1000, "its start");
	is_near(fixed->added[FIGURES_BPF], 100, "bpf's");
	is_near(fixed->added[FIGURES_LANDLOCK], 200, "landlock's");
	is_near(fixed->bystanders, 30, "bystanders'");
	is_near(ancestor->no_policy, 50, "its rise");
	is_near(ancestor->added[FIGURES_BPF], 10, "bpf's");
	is_near(ancestor->added[FIGURES_LANDLOCK], 40, "landlock's");
	is_near(ancestor->bystanders, 1, "bystanders'");
	is_near(rows[17].added[FIGURES_LANDLOCK], 120, "the last row: several policies'");
	is_near(figures_ratio(&f, FIGURES_BPF, FIGURES_RULES), 2, "many rules to one");
	is_near(figures_ratio(&f, FIGURES_LANDLOCK, FIGURES_LAYERS), 3, "policies to one");
	/* 30 * 4 + 75 to 1000 * 4 + 50 * 75 */
	is_near(figures_bystanders(&f), 1 + 195. / 7750, "bystanders to not loaded");
}

/* By hand: means 18.75 and 2.75, (-13.75 * -1.75 - 8.75 * .25 - 1.25 * .75 + 21.25 * 2.25) / 718.75
 */
static void test_line(void)
{
	static const double y[] = { 1, 3, 2, 5 };
	struct figures f = known();
	struct row rows[FIGURES_ROWS];

	memcpy(f.bare.at, y, sizeof(y));
	figures_rows(&f, rows);
	is_near(rows[5].no_policy, 68.75 / 718.75, "the least squares of what is on no line");
	is_near(rows[4].no_policy, 2.75 - 18.75 * 68.75 / 718.75, "its start");

	f.n_depths = 2;
	is_int(figures_rows(&f, rows), 12, "two depths are fewer rows");
	is_near(rows[3].no_policy, .4, "and a line through both");
	is_near(rows[2].no_policy, -1, "its start");
}

static void test_missing(void)
{
	struct figures f = known();
	struct row rows[FIGURES_ROWS];

	f.has[FIGURES_BPF] = false;
	f.bare = f.beside;
	figures_rows(&f, rows);
	ok(isnan(rows[0].added[FIGURES_BPF]) && isnan(rows[4].added[FIGURES_BPF]) &&
		   isnan(rows[5].added[FIGURES_BPF]),
	   "what was not measured is no number");
	ok(isnan(rows[0].bystanders) && isnan(figures_bystanders(&f)), "nor what belongs to it");
	ok(isnan(row_ratio(&rows[0])), "nor a ratio with it");
	ok(isnan(figures_ratio(&f, FIGURES_BPF, FIGURES_RULES)), "nor one of it");
	is_near(rows[1].added[FIGURES_LANDLOCK], 600, "the other is as ever");
}

/* --- forms */

static struct bench_result known_result(void)
{
	return (struct bench_result){
		.figures = known(),
		.machine = { .system = { .release = "7.2", .machine = "x86_64" },
			     .processor = "A <fast> & old\033[31m one",
			     .processors = 2,
			     .date = "2026-11-21" },
		.unit = "ns",
	};
}

typedef void (*form_fn)(FILE *out, const struct bench_result *result);

/* What @form writes; the caller frees it. */
static char *written(form_fn form, const struct bench_result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	form(out, result);
	fclose(out);
	return text;
}

#define has(text, wanted, ...)                                                                     \
	({                                                                                         \
		if (!ok(strstr(text, wanted), __VA_ARGS__)) {                                      \
			tap_show("wanted", wanted);                                                \
			tap_show("in", text);                                                      \
		}                                                                                  \
	})

static void test_text(void)
{
	struct bench_result result = known_result();
	char *text = written(bench_text, &result);

	has(text, "2 processors: A <fast> & old\\x1b[31m one\n",
	    "the machine, and nothing that a terminal obeys");
	has(text,
	    "1 rule             10        1500         200         600        0.33          40\n",
	    "one rule");
	has(text,
	    "500 rules          10        1500         400        1200        0.33          40\n",
	    "many");
	has(text,
	    "8 policies   ancestor        50.0        30.0       120.0        0.25         1.0\n",
	    "several policies; an ancestor has a digit more");
	has(text, "500 rules add, to what 1 adds (all depths)            2.00        2.00\n",
	    "a ratio of rules");
	has(text, "under no policy, to rootward not loaded               1.03\n", "bystanders");
	has(text, "rootward run -- true, in ms                            9.0         4.0\n",
	    "starts, in ms");
	has(text, "  the first one, which loads programs                 80.0\n", "of bpf alone");
	has(text, "Percentile 50 of 12 rounds or more; half of the rounds lie within 3.4 %",
	    "what it stands on");
	free(text);

	result.figures.has[FIGURES_BPF] = false;
	result.figures.start[FIGURES_BPF] = result.figures.start_first = NAN;
	result.left_out[FIGURES_BPF] = "no such thing";
	text = written(bench_text, &result);
	has(text, "bpf is left out, it does not work here: no such thing\n",
	    "why an engine is left out");
	has(text,
	    "1 rule             10        1500           -         600           -           -\n",
	    "its column is empty");
	has(text, "rootward run -- true, in ms                              -         4.0\n",
	    "here as well");
	free(text);
}

static double at(json_t *root, size_t row, const char *key)
{
	return json_number_value(
		json_object_get(json_array_get(json_object_get(root, "rows"), row), key));
}

static void test_json(void)
{
	struct bench_result result = known_result();
	json_t *root = bench_json(&result);
	struct row rows[FIGURES_ROWS];
	bool same = root;

	figures_rows(&result.figures, rows);
	for (size_t i = 0; root && i < FIGURES_ROWS; i++)
		same &= fabs(at(root, i, "bpf") - rows[i].added[FIGURES_BPF]) < NEAR &&
			fabs(at(root, i, "landlock") - rows[i].added[FIGURES_LANDLOCK]) < NEAR &&
			fabs(at(root, i, "no_policy") - rows[i].no_policy) < NEAR &&
			fabs(at(root, i, "bystanders") - rows[i].bystanders) < NEAR &&
			fabs(at(root, i, "ratio") - row_ratio(&rows[i])) < NEAR &&
			at(root, i, "depth") == rows[i].depth &&
			at(root, i, "policies") == (rows[i].policy == FIGURES_LAYERS ? 8 : 1);
	ok(same, "JSON has the rows");
	ok(json_is_false(json_object_get(root, "busy")), "3.4 %% is not busy");
	json_decref(root);

	result.figures.spread = BENCH_BUSY * 1.01;
	result.figures.start_first = NAN;
	root = bench_json(&result);
	ok(json_is_true(json_object_get(root, "busy")), "a tenth is");
	ok(json_is_null(json_object_get(json_object_get(root, "starts"), "bpf_first")),
	   "null is what was not measured");
	json_decref(root);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void test_svg(void)
{
	struct bench_result result = known_result();
	char *text = written(bench_svg, &result);

	has(text, "A &lt;fast> &amp; old\\x1b[31m one<", "names are escaped");
	is_int(count(text, "<circle class=\"bpf one\""), 5, "a dot for each depth, and the key's");
	is_int(count(text, "<circle class=\"landlock many\""), 5, "each engine, each policy");
	has(text, ">landlock, 500 rules<", "a key");
	/* 0 is at 428, 4000 at 148: landlock's 2 * (200 + 40 * 40) at the right end */
	has(text, "cx=\"696.0\" cy=\"176.0\"", "a point is where it belongs");
	free(text);

	result.figures.has[FIGURES_BPF] = false;
	text = written(bench_svg, &result);
	is_int(count(text, "<circle class=\"bpf"), 0, "nothing of what was not measured");
	is_int(count(text, "bpf, "), 0, "nor a key to it");
	free(text);

	/* a busy machine can make it so */
	for (size_t i = 0; i < 4; i++)
		for (size_t policy = 0; policy < FIGURES_POLICIES; policy++)
			result.figures.confined[FIGURES_LANDLOCK][policy].at[i] =
				result.figures.beside.at[i] - 700;
	text = written(bench_svg, &result);
	has(text, ">-700<", "below zero: the axis goes there");
	has(text, "cy=\"428.0\"", "and the points");
	free(text);
}

int main(void)
{
	test_percentile();
	test_rows();
	test_line();
	test_missing();
	test_text();
	test_json();
	test_svg();
	return done_testing();
}
