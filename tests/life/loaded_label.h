/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Labels, on a filesystem that keeps attributes of users:
 *
 *	labelled/
 *	|-- in/				what the label is under
 *	|   |-- first/deep/file		carries it when the policy is loaded
 *	|   |-- later/deep/file		does not
 *	|   `-- some/where/file
 *	`-- out/
 *	    `-- side/deep/file
 *
 * The tests are under the policy.  Who is not is in group 77.
 */
#ifndef LOADED_LABEL_H
#define LOADED_LABEL_H

#include "label_abi.h"
#include "loaded.h"

#define ATTRIBUTE "user.rootward"
#define LABEL_WORDS "label user.rootward=secret under in"
#define LABEL "label: {xattr: user.rootward, value: secret, under: in"
#define BUT "name: t\ndefault: [all]\nexcept:\n- gid: 77\ntrees:\n"
#define LABELLED BUT "- {" LABEL "}, deny: [all]}\n"

/* Each returns 0 or a negative errno, for the caller, or with @outside for who is not under it. */
int label_set(bool outside, const char *path, const char *value);
int label_remove(bool outside, const char *path);
int label_rename(bool outside, const char *from, const char *to, unsigned int flags);

/** label_note() - a watch's, for a struct label_told: how many events, and what the last one said.
 */
struct label_told {
	char tree[64];
	int n, reason;
};
void label_note(void *data, const struct rootward_event *event);

/** label_entries() - how many there are in the map of directories that carry labels. */
int label_entries(void);

/** label_make() - directories on the way to @path, and the file itself. */
void label_make(const char *path);

void test_label_rules(void);
void test_label_run(void);
void test_labels_anywhere(void);
void test_labels_meanwhile(void);

#endif
