/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>

#include "denials.h"
#include "event.h"
#include "message.h"

static void print_row(const struct tally_row *row)
{
	char what[EVENT_WHAT_MAX];

	fprintf(stderr, "  %6" PRIu64 "  %-12s  ", row->count,
		event_what(row->ops, row->reason, row->arg, what, sizeof(what)));
	if (row->outcome != ROOTWARD_DENIED)
		fprintf(stderr, "%s, ", event_outcome(row->outcome));
	if (row->ops && *row->object) {
		print_safe(stderr, row->object);
		fprintf(stderr, row->count > 1 ? " first, " : ", ");
	}
	fprintf(stderr, "by ");
	print_safe(stderr, row->comm);
	fprintf(stderr, "\n");
}

static void print_list(struct tally *tally, const struct rootward_stats *stats)
{
	tally_sort(tally);
	for (size_t i = 0; i < tally->n; i++) {
		if (i == 0 || !tally_same_rule(&tally->rows[i - 1], &tally->rows[i])) {
			fprintf(stderr, "  ");
			tally_print_rule(stderr, &tally->rows[i]);
			fprintf(stderr, "\n");
		}
		print_row(&tally->rows[i]);
	}
	if (tally->other)
		fprintf(stderr, "  %6" PRIu64 "  by yet other rules\n", tally->other);
	if (stats->lost)
		fprintf(stderr, "  %6" PRIu64 "  came too fast to be recorded one by one\n",
			stats->lost);
	if (stats->unstable)
		fprintf(stderr,
			"  %6" PRIu64
			"  of them because the directories above would not hold still\n",
			stats->unstable);
}

void denials_print(struct tally *tally, struct rootward_domain *domain, bool explain)
{
	struct rootward_stats stats = {};
	bool known = rootward_domain_stats(domain, &stats) == 0;
	int r = rootward_domain_events(domain, tally_take, tally);
	uint64_t denied = known ? stats.denied : tally->total;
	uint64_t passed = tally->outcomes[ROOTWARD_PASSED];
	char mode[64] = "denied";

	if (!known && r == -ENOTSUP) {
		if (explain)
			say("what was denied is not known: the landlock engine does not tell");
		return;
	}
	if (!denied && !explain)
		return;
	/* what was let pass counts as denied */
	if (passed == denied && passed)
		snprintf(mode, sizeof(mode), "not allowed, and let pass");
	else if (passed)
		snprintf(mode, sizeof(mode), "not allowed, %" PRIu64 " or more let pass", passed);
	say("%" PRIu64 " access%s %s%s", denied, denied == 1 ? "" : "es", mode,
	    explain || !denied ? "" : "; --explain-denials lists them");
	if (explain)
		print_list(tally, &stats);
}
