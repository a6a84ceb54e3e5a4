/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "capabilities.h"
#include "event.h"
#include "explain.h"
#include "json_out.h"
#include "message.h"
#include "ops.h"

#define SECOND 1000000000LL

const char *event_outcome(enum rootward_outcome outcome)
{
	static const char *const words[] = { "denied", "let pass", "allowed" };

	return outcome >= ROOTWARD_DENIED && outcome <= ROOTWARD_ALLOWED ? words[outcome] : "?";
}

uint32_t event_ops(const struct rootward_event *event)
{
	return event->outcome == ROOTWARD_ALLOWED ? event->ops : event->denied;
}

const char *event_what(uint32_t ops, int reason, uint32_t arg, char *buf, size_t size)
{
	const char *word = NULL;

	if (ops)
		return ops_format(ops, buf, size);
	if (reason == ROOTWARD_REASON_CAPABILITY)
		word = capability_word(arg);
	else if (reason == ROOTWARD_REASON_TASK)
		word = sigabbrev_np((int)arg);
	if (word)
		snprintf(buf, size, "%s", word);
	else if (arg)
		snprintf(buf, size, "request %#" PRIx32, arg);
	else
		snprintf(buf, size, "system call");
	return buf;
}

void event_print_object(FILE *out, const struct rootward_event *event)
{
	if (!event->whole)
		fputs(event->object[0] == '/' ? "..." : ".../", out);
	print_safe(out, event->object);
}

static void print_id(FILE *out, uint32_t id)
{
	if (id == ROOTWARD_NO_ID)
		fputs("unmapped", out);
	else
		fprintf(out, "%" PRIu32, id);
}

/* "rule /srv/keys (policy keys, k.yaml:4:5)", or the reason in place of the rule */
static void print_cause(FILE *out, const struct rootward_event *event)
{
	const char *separator = " (";

	if (event->reason == ROOTWARD_REASON_RULE) {
		fputs(event->tree ? "rule " : "a rule", out);
		print_safe(out, event->tree ? event->tree : "");
	} else if (event->reason == ROOTWARD_REASON_DEFAULT) {
		fputs(event->outcome == ROOTWARD_ALLOWED ? "default" : "not in default", out);
	} else {
		fputs(explain_reason(event->reason), out);
		if (event->tree)
			fputs(": ", out);
		print_safe(out, event->tree ? event->tree : "");
	}
	if (event->policy) {
		fprintf(out, "%spolicy ", separator);
		print_safe(out, event->policy);
		separator = ", ";
	}
	if (event->origin) {
		fputs(separator, out);
		print_safe(out, event->origin);
	}
	if (event->policy || event->origin)
		putc(')', out);
}

static struct timespec wall_clock(uint64_t when, int64_t offset)
{
	int64_t time = (int64_t)when + offset;

	return (struct timespec){ time / SECOND, time % SECOND };
}

void event_line(FILE *out, const struct rootward_event *event, int64_t offset)
{
	struct timespec when = wall_clock(event->when, offset);
	char what[EVENT_WHAT_MAX], clock[16];
	struct tm local;

	localtime_r(&when.tv_sec, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	fprintf(out, "%s.%03ld  %-8s  %s", clock, when.tv_nsec / 1000000,
		event_outcome(event->outcome),
		event_what(event_ops(event), event->reason, event->arg, what, sizeof(what)));
	if (event->object && *event->object) {
		fputs("  ", out);
		event_print_object(out, event);
	}
	fputs("  by ", out);
	print_safe(out, event->comm ? event->comm : "?");
	fprintf(out, "[%d]", event->pid);
	if (event->exe && *event->exe && strcmp(event->exe, event->comm ? event->comm : "")) {
		fputs(" running ", out);
		print_safe(out, event->exe);
	}
	fputs("  ", out);
	print_cause(out, event);
	if (event->owned) {
		fputs("  owner ", out);
		print_id(out, event->uid);
		putc(':', out);
		print_id(out, event->gid);
	}
	putc('\n', out);
}

static const char *reason_name(int reason)
{
	switch (reason) {
#define ROOTWARD_X(NAME, words)                                                                    \
	case ROOTWARD_REASON_##NAME:                                                               \
		return #NAME;
		ROOTWARD_REASONS(ROOTWARD_X)
#undef ROOTWARD_X
	}
	return "?";
}

/* "rule", "default", ...: the library's names in small letters */
static json_t *reason_json(int reason)
{
	char word[32] = "";
	const char *name = reason_name(reason);

	for (size_t i = 0; name[i] && i < sizeof(word) - 1; i++)
		word[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
	return json_string(word);
}

static json_t *id_json(uint32_t id)
{
	return id == ROOTWARD_NO_ID ? json_string("unmapped") : json_integer(id);
}

static json_t *time_json(uint64_t boot, int64_t offset)
{
	struct timespec when = wall_clock(boot, offset);
	char day[32], text[64];
	struct tm utc;

	gmtime_r(&when.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%06uZ", day, (unsigned int)when.tv_nsec / 1000);
	return json_string(text);
}

/* What is not known is NULL, or has nothing in it. */
static json_t *json_known(const char *text)
{
	return json_text(text && *text ? text : NULL);
}

json_t *event_json(const struct rootward_event *event, int64_t offset)
{
	static const char *const outcomes[] = { "denied", "passed", "allowed" };
	char what[EVENT_WHAT_MAX];
	json_t *object = json_pack(
		"{s:o,s:s,s:o,s:o,s:o,s:b,s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "time",
		time_json(event->when, offset), "outcome", outcomes[event->outcome % 3], "asked",
		json_ops(event->ops), "denied", json_ops(event->denied), "object",
		json_known(event->object), "whole", event->whole, "pid", (json_int_t)event->pid,
		"task", json_text(event->comm), "executable", json_known(event->exe), "reason",
		reason_json(event->reason), "policy", json_text(event->policy), "tree",
		json_text(event->tree), "origin", json_text(event->origin));

	if (object && event->owned)
		json_object_set_new(object, "owner",
				    json_pack("{s:o,s:o}", "uid", id_json(event->uid), "gid",
					      id_json(event->gid)));
	if (object && !event_ops(event))
		json_object_set_new(
			object, "what",
			json_text(event_what(0, event->reason, event->arg, what, sizeof(what))));
	return object;
}
