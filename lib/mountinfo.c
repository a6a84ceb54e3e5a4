/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "mountinfo.h"

/* The kernel writes blank, tab, newline and backslash as three octal digits. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* A root directory that was deleted is shown with a mark; nothing but its own place is lost. */
static void strip_deleted(char *root)
{
	static const char mark[] = "//deleted";
	size_t len = strlen(root);

	if (len > sizeof(mark) - 1 && !strcmp(root + len - (sizeof(mark) - 1), mark))
		root[len - (sizeof(mark) - 1)] = '\0';
}

static bool has_option(const char *list, const char *option)
{
	size_t len = strlen(option);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, option, len) && (!list[len] || list[len] == ','))
			return true;
	}
	return false;
}

int mount_entry_parse(struct mount_entry *entry, char *line)
{
	unsigned int major, minor;
	char *save, *word;

	word = strtok_r(line, " ", &save);
	if (!word || sscanf(word, "%d", &entry->id) != 1)
		return -EINVAL;
	word = strtok_r(NULL, " ", &save);
	if (!word || sscanf(word, "%d", &entry->parent) != 1)
		return -EINVAL;
	word = strtok_r(NULL, " ", &save);
	if (!word || sscanf(word, "%u:%u", &major, &minor) != 2)
		return -EINVAL;
	entry->dev = makedev(major, minor);

	word = strtok_r(NULL, " ", &save);
	if (!word)
		return -EINVAL;
	unescape(word);
	strip_deleted(word);
	if (*word == '/' && !(entry->root = strdup(word)))
		return -ENOMEM;

	word = strtok_r(NULL, " ", &save);
	if (!word || *word != '/')
		return -EINVAL;
	unescape(word);
	entry->point = strdup(word);
	if (!entry->point)
		return -ENOMEM;

	word = strtok_r(NULL, " ", &save);
	entry->idmapped = word && has_option(word, "idmapped");
	/* any number of further fields, a dash */
	while (word && strcmp(word, "-"))
		word = strtok_r(NULL, " ", &save);
	word = word ? strtok_r(NULL, " ", &save) : NULL;
	if (!word)
		return 0;
	entry->type = strdup(word);
	return entry->type ? 0 : -ENOMEM;
}

void mount_entry_free(struct mount_entry *entry)
{
	free(entry->root);
	free(entry->point);
	free(entry->type);
}

int mountinfo_text(char **ret, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	size_t size = 0;

	if (!file)
		return -errno;
	*ret = NULL;
	/* One "line" up to a byte that does not occur: the whole file. */
	if (getdelim(ret, &size, '\0', file) < 0) {
		free(*ret);
		*ret = NULL;
		return ferror(file) && errno ? -errno : -EINVAL;
	}
	return 0;
}

int mountinfo_read(struct mountinfo *info, const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct mount_entry *bigger;
	char *line, *save;
	int r;

	*info = (struct mountinfo){ 0 };
	r = mountinfo_text(&text, path);
	for (line = r ? NULL : strtok_r(text, "\n", &save); line && !r;
	     line = strtok_r(NULL, "\n", &save)) {
		bigger = reallocarray(info->entries, info->n + 1, sizeof(*bigger));
		if (!bigger) {
			r = -ENOMEM;
			break;
		}
		info->entries = bigger;
		bigger[info->n] = (struct mount_entry){ 0 };
		r = mount_entry_parse(&bigger[info->n++], line);
	}
	if (r < 0)
		mountinfo_free(info);
	return r;
}

const struct mount_entry *mountinfo_find(const struct mountinfo *info, uint64_t id)
{
	size_t i;

	for (i = 0; i < info->n; i++)
		if ((uint64_t)info->entries[i].id == id)
			return &info->entries[i];
	return NULL;
}

void mountinfo_free(struct mountinfo *info)
{
	size_t i;

	for (i = 0; i < info->n; i++)
		mount_entry_free(&info->entries[i]);
	free(info->entries);
	*info = (struct mountinfo){ 0 };
}
