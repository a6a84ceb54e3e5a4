/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idmap-bind FROM TO: a bind mount that maps ids (shift_maps); not every mount(8) makes one. */
#include <stdio.h>
#include <string.h>

#include "maps.h"

int main(int argc, char **argv)
{
	int userns = userns_new(&shift_maps), mount, r;

	if (argc != 3 || userns < 0)
		return 2;
	mount = mount_clone(argv[1], userns);
	r = mount < 0 ? mount : mount_attach(mount, argv[2]);
	if (r < 0)
		fprintf(stderr, "idmap-bind: %s\n", strerror(-r));
	return r < 0;
}
