/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootward doctor: what this machine can do, and what would change it. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/utsname.h>

#include <rootward.h>

#include "json_out.h"
#include "message.h"
#include "options.h"

#define WIDTH 80
#define TITLE_WIDTH 23
#define ANSWER_WIDTH 5
#define TEXT_COLUMN (TITLE_WIDTH + ANSWER_WIDTH)

/* The status: a bit for each engine that does not work. */
enum {
	EXIT_NO_BPF = 1,
	EXIT_NO_LANDLOCK = 2,
};

enum {
	KEY_JSON = OPTION_LONG_ONLY,
};

static const struct option_spec options[] = {
	{ KEY_JSON, "json", OPTION_FLAG, NULL, false, "What is said", "JSON, for programs" },
	{ 'h', "help", OPTION_FLAG, NULL, false, NULL, "this text" },
	{},
};

static const struct example examples[] = {
	{ "rootward doctor", "for you; some of it only root can try" },
	{ "sudo rootward doctor", "for root" },
	{ "rootward doctor --json | jq -r '.abilities[] | select(.works == false) | .change'",
	  "what to do" },
	{},
};

/**
 * struct doctor - what the library tells, on its way out.
 * @abilities: for --json, or NULL
 * @status: what it will be
 * @first: the engine that rootward run would take, or NULL
 * @why_not: the reason of the one before it, a copy; of bpf, which comes first
 */
struct doctor {
	bool json;
	bool help;
	json_t *abilities;
	int status;
	int engines;
	const char *first;
	char why_not[512];
};

/* The rest of a line: @text, if any, in the last column, @before from here; more lines beneath. */
static void print_text(int before, const char *text)
{
	if (text) {
		printf("%*s", before, "");
		print_folded(stdout, TEXT_COLUMN, WIDTH, text);
	}
	printf("\n");
}

static void print_ability(const struct rootward_ability *ability)
{
	static const char *const words[] = { "?", "no", "yes" };
	static const char *const codes[] = { YELLOW, RED, GREEN };
	bool colour = has_colour(stdout);
	int which = ability->works + 1;

	printf("%-*s%s%s%s", TITLE_WIDTH, ability->title, colour ? codes[which] : "", words[which],
	       colour ? PLAIN : "");
	print_text(ANSWER_WIDTH - (int)strlen(words[which]),
		   ability->works == 1 ? ability->value : ability->why);
	if (ability->works == 1 || !ability->change)
		return;
	printf("%*s->", TITLE_WIDTH, "");
	print_text(ANSWER_WIDTH - 2, ability->change);
}

static json_t *works_json(int works)
{
	return works < 0 ? json_null() : json_boolean(works);
}

static json_t *ability_json(const struct rootward_ability *ability)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "name", json_text(ability->name), "works",
			 works_json(ability->works), "value", json_text(ability->value), "why",
			 json_text(ability->why), "change", json_text(ability->change));
}

/* What rootward run may take. */
static void take_engine(struct doctor *doctor, const struct rootward_ability *ability)
{
	bool is_bpf = ability->engine == ROOTWARD_ENGINE_BPF;

	if (ability->engine == ROOTWARD_ENGINE_FANOTIFY)
		return;
	if (ability->works != 1)
		doctor->status |= is_bpf ? EXIT_NO_BPF : EXIT_NO_LANDLOCK;
	else if (!doctor->first)
		doctor->first = is_bpf ? "bpf" : "landlock";
	if (!doctor->first && ability->why)
		snprintf(doctor->why_not, sizeof(doctor->why_not), "%s", ability->why);
}

static void take_ability(void *data, const struct rootward_ability *ability)
{
	struct doctor *doctor = data;

	if (ability->engine != ROOTWARD_ENGINE_AUTO) {
		if (!doctor->json && !doctor->engines)
			printf("\n");
		doctor->engines++;
		take_engine(doctor, ability);
	}
	if (doctor->json)
		json_array_append_new(doctor->abilities, ability_json(ability));
	else
		print_ability(ability);
}

static void print_verdict(const struct doctor *doctor)
{
	printf("\n");
	if (!doctor->first)
		printf("rootward run does not work here: no engine does\n");
	else if (!strcmp(doctor->first, "bpf"))
		printf("rootward run takes bpf here: it enforces all of a policy\n");
	else
		printf("rootward run takes %s here, for bpf does not work: %s\n", doctor->first,
		       doctor->why_not);
}

static int print_json(struct doctor *doctor, const struct utsname *system)
{
	return json_print(json_pack("{s:s,s:s,s:s,s:o,s:o}", "rootward", ROOTWARD_VERSION, "kernel",
				    system->release, "machine", system->machine, "abilities",
				    doctor->abilities, "engine", json_text(doctor->first)));
}

static int take_option(void *data, const struct option_spec *spec, const char *value)
{
	struct doctor *doctor = data;

	if (spec->key == KEY_JSON)
		doctor->json = true;
	else
		doctor->help = true;
	return 0;
}

static int examine(struct doctor *doctor)
{
	struct utsname system;

	uname(&system);
	if (doctor->json)
		doctor->abilities = json_array();
	else
		printf("rootward %s on Linux %s, %s\n\n", ROOTWARD_VERSION, system.release,
		       system.machine);
	/* children are started from here on: they must not print it again, and will be waited for
	 */
	fflush(stdout);
	signal(SIGCHLD, SIG_DFL);
	rootward_machine_probe(take_ability, doctor);
	if (!doctor->json) {
		print_verdict(doctor);
	} else if (print_json(doctor, &system) < 0) {
		complain("out of memory");
		return EXIT_ROOTWARD;
	}
	return doctor->status;
}

static int doctor_main(const struct command *command, int argc, char **argv)
{
	struct doctor doctor = {};
	int first;

	first = options_parse(command, argc, argv, take_option, &doctor);
	if (first < 0)
		return EXIT_ROOTWARD;
	if (doctor.help) {
		options_help(stdout, command);
		return 0;
	}
	if (first < argc) {
		complain("no argument is taken, there is \"%s\"", argv[first]);
		return EXIT_ROOTWARD;
	}
	return examine(&doctor);
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what this machine can do",
	.operands = "",
	.intro =
		"Tries what the engines need, rather than to ask for versions: for each thing whether\n"
		"you can have it here, else the reason and what would change that. Nothing is\n"
		"changed, and nothing left behind.",
	.outro =
		"Status: 0 bpf and landlock work for you; 1 bpf does not; 2 landlock does not; 3 neither\n"
		"does; 125 rootward failed.",
	.options = options,
	.examples = examples,
	.main = doctor_main,
};
