/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which directories carry a label. */
#ifndef ROOTWARD_LABEL_SCAN_H
#define ROOTWARD_LABEL_SCAN_H

#include "policy.h"

/** label_found_fn - a directory that carries it; takes @fd over.  Return: 0, or ends the scan. */
typedef int (*label_found_fn)(void *data, int fd);

/**
 * label_scan() - every directory beneath what a TREE_LABEL is under, and that one, whatever is
 * mounted over them.  Without CAP_SYS_ADMIN what is mounted over is not seen, nor what may not be
 * read; good to explain and to check.  Directories that are moved meanwhile may be missed.
 *
 * Return: 0; -ENOTSUP: the filesystem has no such attributes (reported); -EAGAIN: moved meanwhile;
 * what @fn returns; what reading says (reported).
 */
int label_scan(const struct tree *tree, label_found_fn fn, void *data,
	       const struct rootward_opts *opts);

#endif
