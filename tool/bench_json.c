/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include <rootward.h>

#include "bench.h"
#include "json_out.h"

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const struct figures *figures, const struct row *row)
{
	static const char *const kinds[] = { "depth", "fixed", "ancestor" };
	json_t *object = json_pack(
		"{s:I,s:I,s:s,s:o,s:o}", "policies", (json_int_t)figures->layers[row->policy],
		"rules", (json_int_t)figures->rules[row->policy], "line", kinds[row->kind], "depth",
		row->kind == ROW_DEPTH ? json_integer(row->depth) : json_null(), "no_policy",
		number(row->no_policy));

	for (size_t e = 0; e < FIGURES_ENGINES; e++)
		json_object_set_new(object, bench_engines[e], number(row->added[e]));
	json_object_set_new(object, "ratio", number(row_ratio(row)));
	json_object_set_new(object, "bystanders", number(row->bystanders));
	return object;
}

static json_t *rows_json(const struct figures *figures)
{
	struct row rows[FIGURES_ROWS];
	size_t n = figures_rows(figures, rows);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, row_json(figures, &rows[i]));
	return array;
}

static json_t *ratios_json(const struct figures *f)
{
	json_t *object = json_object(), *rules = json_object(), *policies = json_object();

	for (size_t e = 0; e < FIGURES_ENGINES; e++) {
		json_object_set_new(rules, bench_engines[e],
				    number(figures_ratio(f, e, FIGURES_RULES)));
		json_object_set_new(policies, bench_engines[e],
				    number(figures_ratio(f, e, FIGURES_LAYERS)));
	}
	json_object_set_new(object, "rules", rules);
	json_object_set_new(object, "policies", policies);
	json_object_set_new(object, "bystanders", number(figures_bystanders(f)));
	return object;
}

static json_t *starts_json(const struct figures *f)
{
	json_t *object = json_object();

	json_object_set_new(object, "alone", number(f->start_plain));
	for (size_t e = 0; e < FIGURES_ENGINES; e++)
		json_object_set_new(object, bench_engines[e], number(f->start[e]));
	json_object_set_new(object, "bpf_first", number(f->start_first));
	return object;
}

static json_t *left_out_json(const struct bench_result *result)
{
	json_t *object = json_object();

	for (size_t e = 0; e < FIGURES_ENGINES; e++)
		if (result->left_out[e])
			json_object_set_new(object, bench_engines[e],
					    json_text(result->left_out[e]));
	return object;
}

json_t *bench_json(const struct bench_result *result)
{
	const struct figures *f = &result->figures;
	const struct machine *m = &result->machine;

	return json_pack("{s:s,s:s,s:s,s:o,s:I,s:b,s:s,s:o,s:o,s:I,s:I,s:o,s:b,s:o,s:o,s:o}",
			 "rootward", ROOTWARD_VERSION, "kernel", m->system.release, "machine",
			 m->system.machine, "processor", json_text(m->processor), "processors",
			 (json_int_t)m->processors, "virtual", m->is_virtual, "date", m->date,
			 "left_out", left_out_json(result), "unit", json_text(result->unit),
			 "percentile", (json_int_t)f->percentile, "rounds", (json_int_t)f->rounds,
			 "spread", number(f->spread), "busy", f->spread > BENCH_BUSY, "rows",
			 rows_json(f), "ratios", ratios_json(f), "starts", starts_json(f));
}
