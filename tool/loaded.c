/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include <rootward.h>

#include "capabilities.h"
#include "loaded.h"
#include "message.h"
#include "words.h"

/* With these it can only be a policy that keeps somebody from the maps. */
#define NEEDED (1ULL << CAP_SYS_ADMIN | 1ULL << CAP_BPF)

void loaded_failed(const char *what, int r)
{
	const char *why = NULL;

	if (r == -EPERM && have_capabilities(NEEDED)) {
		complain("%s: a loaded policy is locked, or names this task in `applies_to`", what);
		hint("ask a task that it is not for, or one of its `unlock`");
		return;
	}
	if (rootward_engine_probe(ROOTWARD_ENGINE_BPF, &why) == 0) {
		complain("%s: %s", what, strerror(-r));
		return;
	}
	complain("%s: the bpf engine does not work here: %s", what, why ? why : strerror(-r));
	hint("rootward doctor says what would change that; rootward run confines a command "
	     "without it");
}

struct meant {
	const char *typed;
	struct nearest nearest;
	char name[256];
};

/* The name is gone when this returns. */
static void offer(void *data, const struct rootward_loaded *loaded)
{
	struct meant *meant = data;
	const char *before = meant->nearest.word;

	if (loaded->run)
		return;
	nearest_offer(&meant->nearest, meant->typed, loaded->name);
	if (meant->nearest.word == before)
		return;
	snprintf(meant->name, sizeof(meant->name), "%s", loaded->name);
	meant->nearest.word = meant->name;
}

static bool loaded_hint(const char *name)
{
	struct meant meant = { .typed = name };

	rootward_status(offer, &meant);
	if (meant.nearest.word)
		hint("did you mean %s?", meant.nearest.word);
	return meant.nearest.word != NULL;
}

void loaded_none(const char *name)
{
	complain("no policy of the name %s is loaded", name);
	if (!loaded_hint(name))
		hint("rootward status lists those that are");
}

struct known {
	const char *name;
	bool found;
};

static void look(void *data, const struct rootward_loaded *loaded)
{
	struct known *known = data;

	if (!loaded->run && !strncmp(loaded->name, known->name, LOADED_NAME_MAX))
		known->found = true;
}

bool loaded_known(const char *name)
{
	struct known known = { .name = name };

	return rootward_status(look, &known) < 0 || known.found;
}
