/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of what the bpf engine keeps in the kernel, from the outside: interrupted anywhere,
 * raced with, filled up.
 *
 * The library's own code runs, on the kernel's own maps and pins, in a mount namespace with a BPF
 * filesystem of its own.  Only the programs on hooks are left out (stage.c has its own bpf_load()),
 * for not every kernel takes them: what they do is tested by the cases.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stddef.h>

#include "bpf_domains.h"
#include "bpf_state.h"
#include "engine.h"
#include "../unit/collect.h"
#ifndef TAP_COUNTERS
#define TAP_COUNTERS extern
#endif
#include "../tap.h"

/** stage_set() - the namespace, and a tmpfs as working directory.  Return: 0 or -errno. */
int stage_set(void);

/** many_trees() - make @n directories in @dir.  Return: a policy "many" that has a rule on each. */
char *many_trees(const char *dir, int n);

/* Everything said since the last session_begin(). */
extern struct collected said;

/** session_begin() - a domain with the policy @text.  Return: as engine->create(). */
int session_begin(struct bpf_state **state, const char *text);

void session_end(struct bpf_state *state);

/** session_abandon() - what happens to it when its process is killed: descriptors are closed. */
void session_abandon(struct bpf_state *state);

/** rules_of() - how many entries `rules` and `names` have for @domain; 0: for all. */
unsigned int rules_of(const struct bpf_state *state, __u32 domain);

/** pinned() - how many entries there are in the directory of the pins, besides `live`'s own. */
unsigned int pinned(void);

bool is_pinned(const char *name);

/* What it fails with to put a program on its hook, or 0; and how often, or 0: always. */
extern int attach_fails, attach_fails_times;

/**
 * kill_at() - run @fn in a child that is killed when it is about to make the @n-th system call that
 * would change what outlives it, its exit included.  Return: whether it came so far.
 */
bool kill_at(unsigned int n, void (*fn)(void *), void *data);

/* Called before the library reads identities, and before it locks to leave; or NULL. */
extern void (*before_identities)(void);
extern void (*before_lock)(void);

/** confined() - what @fn returns in a child that has entered; 200: it could not enter. */
int confined(struct bpf_state *state, int (*fn)(void));

void test_verdicts(void);
void test_hooks(void);
void test_uring(void);
void test_attached(struct bpf_state *keeper);

void test_attach(void);
void test_life_sizes(void);
void test_pins(void);
void test_domains(void);
void test_meets(void);
void test_guards(void);
void test_label_looks(void);
void test_labels_asked(void);

#endif
