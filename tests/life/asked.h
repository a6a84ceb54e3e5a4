/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* What asked.bpf.c can be asked. */
#ifndef ASKED_H
#define ASKED_H

enum asked_what {
	ASKED_SET,	   /* may the attribute be set? */
	ASKED_WAS_SET,	   /* it was */
	ASKED_REMOVE,	   /* may it be removed? */
	ASKED_WAS_REMOVED, /* it was */
	ASKED_DECIDE,	   /* an operation */
	ASKED_GUARDED,	   /* must it stay where it is? */
	ASKED_CLOSES,	   /* what its own rule says */
	ASKED_PLACE,	   /* remember it, as enum asked_place */
	ASKED_MOVE,	   /* may it be moved, from there to there? */
	ASKED_FREED,	   /* its inode is gone */
};

enum asked_place { ASKED_MOVED, ASKED_FROM, ASKED_TO };

#endif
