/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

void explain_svg(FILE *out, struct rootward_explanation *const *explanations, size_t n)
{
}
