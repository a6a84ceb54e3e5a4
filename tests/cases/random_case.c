/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A random case in the form of the table. */
#include <stdlib.h>
#include <string.h>

#include "ops.h"
#include "random_case.h"

static void dir_path(const struct random_case *rc, int dir, char *out)
{
	if (rc->parents[dir] >= 0) {
		dir_path(rc, rc->parents[dir], out);
		strcat(out, "/");
	}
	sprintf(out + strlen(out), "%c", 'A' + dir);
}

static const char *path_to(struct table_form *t, const struct random_case *rc, int dir,
			   const char *name)
{
	char *path = t->paths[t->n_paths++];

	dir_path(rc, dir, path);
	if (name)
		sprintf(path + strlen(path), "/%s", name);
	return path;
}

/* Draws the directories beneath @parent, each with its file. */
static void draw_tree(const struct random_case *rc, int parent, int depth, FILE *out)
{
	int i, last = -1, indent = depth ? 4 * (depth - 1) : 0;

	for (i = 0; i < rc->n_dirs; i++)
		if (!rc->gone_dirs[i] && rc->parents[i] == parent)
			last = i;
	for (i = 0; i <= last; i++) {
		if (rc->gone_dirs[i] || rc->parents[i] != parent)
			continue;
		fprintf(out, "%*s%s%c/\n", indent, "",
			!depth	    ? ""
			: i == last ? "`-- "
				    : "|-- ",
			'A' + i);
		fprintf(out, "%*s|-- f\n", 4 * depth, "");
		draw_tree(rc, i, depth + 1, out);
	}
}

static const char *words(uint32_t ops, char buf[OPS_FORMAT_MAX])
{
	return ops ? ops_format(ops, buf, OPS_FORMAT_MAX) : "";
}

static void write_policy(const struct random_case *rc, int layer, bool bpf, FILE *out)
{
	static const char *const names[] = { "", "/f", "/new" };
	char allow[OPS_FORMAT_MAX], deny[OPS_FORMAT_MAX], owner[64], group[64];
	const struct random_rule *rule;
	const char *head = "trees:\n";

	fprintf(out, "%sdefault: [%s]\n", bpf ? "" : BASIC, words(rc->defaults[layer], allow));
	for (rule = rc->rules; rule < rc->rules + rc->n_rules; rule++) {
		char path[64] = "";

		if (rule->gone || !(rule->allow | rule->deny) || rule->layer != layer)
			continue;
		dir_path(rc, rule->dir, path);
		random_who_text("owner", rule->owner, owner, sizeof(owner));
		random_who_text("group", rule->group, group, sizeof(group));
		fprintf(out, "%s- {path: %s%s, allow: [%s], deny: [%s]%s%s%s}\n", head, path,
			names[rule->kind], words(rule->allow, allow), words(rule->deny, deny),
			owner, group, rule->follows ? ", follow: path" : "");
		head = "";
	}
}

static void move_paths(struct table_form *t, const struct random_case *rc,
		       const struct random_op *op, struct check *check)
{
	static const char *const from[] = { "f", "f", NULL, "new" };
	char own[2] = { (char)('A' + op->dir), '\0' };

	check->path = path_to(t, rc, op->dir, from[op->what]);
	if (op->verb == EXCHANGE)
		check->path2 = path_to(t, rc, op->dir2, op->what < 2 ? "f" : NULL);
	else if (op->what == 2)
		check->path2 = path_to(t, rc, op->dir2, own);
	else
		check->path2 = path_to(t, rc, op->dir2, op->what ? "new" : "f");
}

static void op_paths(struct table_form *t, const struct random_case *rc, const struct random_op *op,
		     struct check *check)
{
	const char *name = op->what < 2 ? "f" : op->what == 2 ? NULL : "new";

	switch (op->verb) {
	case RENAME:
	case RENAME_NEW:
	case EXCHANGE:
		move_paths(t, rc, op, check);
		return;
	case LINK:
		check->path = path_to(t, rc, op->dir, "f");
		check->path2 = path_to(t, rc, op->dir2, "new");
		return;
	case LIST:
	case RMDIR:
		name = NULL;
		break;
	case MKREG:
	case CREAT:
	case MKDIR:
	case MKSYM:
	case MKFIFO:
		name = "new";
		break;
	case UNLINK:
		name = op->what == 3 ? "new" : "f";
		break;
	case GIVE:
		check->path2 = random_whom(op->dir2);
		break;
	default:
		break;
	}
	check->path = path_to(t, rc, op->dir, name);
}

static bool denies(const struct random_case *rc)
{
	int i;

	for (i = 0; i < rc->n_rules; i++)
		if (!rc->rules[i].gone && rc->rules[i].deny)
			return true;
	return rc->bind || rc->over;
}

static bool is_beneath(const struct random_case *rc, int dir, int above)
{
	while (dir >= 0 && dir != above)
		dir = rc->parents[dir];
	return dir >= 0;
}

static struct check *make_gifts(struct table_form *t, const struct random_case *rc,
				struct check *step)
{
	const struct random_gift *gift;
	const char *path;

	for (gift = rc->gifts; gift < rc->gifts + rc->n_gifts; gift++) {
		if (gift->gone)
			continue;
		path = path_to(t, rc, gift->dir, gift->file ? "f" : NULL);
		*step++ = (struct check){ GIVE, path, random_whom(gift->whom) };
		if (gift->bit && !gift->file)
			*step++ = (struct check){ SET_GROUP_BIT, path };
	}
	return step;
}

/*
 * The mounts; in a new filesystem all that lies beneath is made again, parents first.  And whose
 * everything is.
 */
static void make_mounts(struct table_form *t, const struct random_case *rc)
{
	struct check *step = t->c.before;
	int i, over = rc->over - 1;

	if (rc->over) {
		*step++ = rc->kind != MOUNT_OVERLAY
				  ? (struct check){ rc->kind, path_to(t, rc, over, NULL) }
				  : (struct check){ MOUNT_OVERLAY, "layers",
						    path_to(t, rc, over, NULL) };
		*step++ = (struct check){ PUT, path_to(t, rc, over, "f") };
	}
	for (i = over + 1; rc->over && i < rc->n_dirs; i++) {
		if (rc->gone_dirs[i] || !is_beneath(rc, i, over))
			continue;
		*step++ = (struct check){ MKDIR, path_to(t, rc, i, NULL) };
		*step++ = (struct check){ PUT, path_to(t, rc, i, "f") };
	}
	step = make_gifts(t, rc, step);
	if (rc->bind)
		*step++ = (struct check){ rc->idmapped ? MOUNT_IDMAPPED : MOUNT_BIND,
					  path_to(t, rc, rc->bind - 1, NULL),
					  path_to(t, rc, rc->onto - 1, NULL) };
}

void table_form_make(struct table_form *t, const struct random_case *rc, bool bpf)
{
	struct check *check = t->c.checks;
	size_t size;
	FILE *f;
	int i;

	t->c.name = "random";
	t->c.actor = ROOT;
	f = open_memstream(&t->tree, &size);
	draw_tree(rc, -1, 0, f);
	if (rc->over && rc->kind == MOUNT_OVERLAY)
		fputs("layers/\n|-- lower/\n|-- upper/\n`-- work/\n", f);
	fclose(f);
	t->c.tree = t->tree;
	for (i = 0; i < rc->n_layers; i++) {
		f = open_memstream(&t->policies[i], &size);
		write_policy(rc, i, bpf, f);
		fclose(f);
		*(i ? &t->c.more[i - 1] : &t->c.policy) = t->policies[i];
	}
	make_mounts(t, rc);
	for (i = 0; i < rc->n_ops; i++) {
		if (rc->ops[i].gone)
			continue;
		check->verb = rc->ops[i].verb;
		check->by = rc->ops[i].outside ? OUTSIDE : ACTOR;
		check->as = check->by == ACTOR ? random_as(rc->ops[i].as) : NULL;
		op_paths(t, rc, &rc->ops[i], check++);
	}
	/* new siblings, and what a mount shows: the kernel's rules only add up */
	t->c.landlock = (struct engine_says){ denies(rc) ? LOSES_SOME : TAKES_IT, "random" };
}

void table_form_free(struct table_form *t)
{
	int i;

	free(t->tree);
	for (i = 0; i < MAX_POLICIES; i++)
		free(t->policies[i]);
}

static void print_lines(const char *text, FILE *out)
{
	int len;

	for (; text && *text; text += len + 1) {
		len = (int)strcspn(text, "\n");
		fprintf(out, "# \t\t\t\"%.*s\\n\"\n", len, text);
	}
}

static void print_check(const struct check *check, FILE *out)
{
	fprintf(out, "# \t\t\t{ %s, \"%s\"", verbs[check->verb].name, check->path);
	if (check->path2)
		fprintf(out, ", \"%s\"", check->path2);
	if (check->as)
		fprintf(out, ", .as = \"%s\"", check->as);
	fprintf(out, "%s },\n", check->by == OUTSIDE ? ", .by = OUTSIDE" : "");
}

void table_form_print(const struct table_form *t, FILE *out)
{
	const struct check *check;
	int i;

	fprintf(out, "# \t{\n# \t\t.name = \"\",\n# \t\t.tree =\n");
	print_lines(t->c.tree, out);
	if (t->c.before[0].verb) {
		fprintf(out, "# \t\t.before = {\n");
		for (check = t->c.before; check->verb; check++)
			print_check(check, out);
		fprintf(out, "# \t\t},\n");
	}
	for (i = 0; i < MAX_POLICIES && t->policies[i]; i++) {
		fprintf(out, "# \t\t%s", i > 1 ? "" : i ? ".more = {\n" : ".policy =\n");
		print_lines(t->policies[i], out);
		fprintf(out, "# \t\t\t,\n");
	}
	fprintf(out, i > 1 ? "# \t\t},\n" : "");
	fprintf(out, "# \t\t.actor = ROOT,\n# \t\t.checks = {\n");
	for (check = t->c.checks; check->verb; check++)
		print_check(check, out);
	fprintf(out, "# \t\t},\n# \t},\n");
}
