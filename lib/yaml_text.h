/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_YAML_TEXT_H
#define ROOTWARD_YAML_TEXT_H

#include <stddef.h>

#include "diag.h"

/** yaml_check_text() - Return: 0, or -EINVAL with the first byte that is not UTF-8 text reported.
 */
int yaml_check_text(const char *text, size_t len, const char *file,
		    const struct rootward_opts *opts);

#endif
