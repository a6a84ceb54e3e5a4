/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cases with rules by owner have in common. */
#ifndef OWNED_H
#define OWNED_H

#include "case.h"

#define BY_OWNER REFUSED("landlock does not ask who owns what is accessed")

#define AL .as = "1000:1000"
#define BO .as = "1001:1001"

/* Al has his things there, Bo hers, and root the directories. */
#define BOX                                                                                        \
	"box/\n"                                                                                   \
	"|-- al\n"                                                                                 \
	"|-- bo\n"                                                                                 \
	"|-- root\n"                                                                               \
	"`-- in/\n"                                                                                \
	"    |-- al\n"                                                                             \
	"    `-- bo\n"                                                                             \
	"out/\n"                                                                                   \
	"|-- al\n"                                                                                 \
	"`-- bo\n"
#define GIVEN                                                                                      \
	{ GIVE, "box/al", "1000:1000" }, { GIVE, "box/bo", "1001:1001" },                          \
		{ GIVE, "box/in/al", "1000:1000" }, { GIVE, "box/in/bo", "1001:1001" },            \
		{ GIVE, "out/al", "1000:1000" },                                                   \
	{                                                                                          \
		GIVE, "out/bo", "1001:1001"                                                        \
	}

#define OWN_WRITABLE                                                                               \
	BASIC "default: [read, execute]\n"                                                         \
	      "trees:\n"                                                                           \
	      "- {path: box, allow: [write], owner: self}\n"

#endif
