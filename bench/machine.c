/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "machine.h"

/* What follows `KEY : ` in @line, or NULL. */
static char *value_of(char *line, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) || strspn(line + length, "\t:") == 0)
		return NULL;
	line += length;
	return line + strspn(line, "\t :");
}

/* Of the first processor: others are alike, or it cannot be told which was used. */
static void read_processor(struct machine *machine, FILE *cpuinfo)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	char *value;

	while (getline(&line, &size, cpuinfo) > 1) {
		line[strcspn(line, "\n")] = '\0';
		value = value_of(line, "model name");
		if (value)
			snprintf(machine->processor, sizeof(machine->processor), "%s", value);
		value = value_of(line, "flags");
		if (value)
			machine->is_virtual = strstr(value, " hypervisor");
	}
}

void machine_read(struct machine *machine)
{
	_cleanup_fclose_ FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
	time_t today = time(NULL);
	struct tm tm;

	*machine = (struct machine){ .processors = sysconf(_SC_NPROCESSORS_ONLN) };
	uname(&machine->system);
	if (cpuinfo)
		read_processor(machine, cpuinfo);
	if (gmtime_r(&today, &tm))
		strftime(machine->date, sizeof(machine->date), "%F", &tm);
}
