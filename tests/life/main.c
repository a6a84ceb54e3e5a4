/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usage: life [pins|domains|guards|meets|labels|asked|attach|sizes] */
#include <errno.h>
#include <unistd.h>

#define TAP_COUNTERS
#include "life.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = { { "pins", test_pins },	      { "domains", test_domains },
		      { "guards", test_guards },      { "meets", test_meets },
		      { "labels", test_label_looks }, { "asked", test_labels_asked },
		      { "attach", test_attach },      { "sizes", test_life_sizes } };
	int r = geteuid() ? -EPERM : stage_set();
	size_t i;

	if (r < 0) {
		skip("needs root", "%s", strerror(-r));
		return done_testing();
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (argc < 2 || strcmp(argv[1], parts[i].name) == 0)
			parts[i].run();
	return done_testing();
}
