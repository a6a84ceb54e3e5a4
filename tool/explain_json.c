/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"
#include "json_out.h"

json_t *explain_json(const struct rootward_explanation *e)
{
	return json_object();
}
