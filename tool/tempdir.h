/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private temporary directory of a run. */
#ifndef TOOL_TEMPDIR_H
#define TOOL_TEMPDIR_H

/**
 * tempdir_create() - a new directory, mode 0700, in $TMPDIR or /tmp; the environment (TMPDIR, TMP,
 * TEMP, TEMPDIR) points to it afterwards.
 * @path: set to its name, which the caller frees
 *
 * Return: 0; -errno, after a message.
 */
int tempdir_create(char **path);

/**
 * tempdir_remove() - remove it with all that is beneath it, following no symbolic link and
 * crossing no mount.  A blocked signal that asks to end stops it.  Complains if something stays.
 */
void tempdir_remove(const char *path);

#endif
