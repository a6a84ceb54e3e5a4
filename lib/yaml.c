/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From libfyaml's events, not its document tree: events come in one pass whatever the input,
 * while building its tree looks for duplicate keys and aliases in ways we would have to bound.
 * The nesting is bounded here, so nothing that follows can run out of stack.
 */
#include <string.h>

#include <libfyaml.h>

#include "cleanup.h"
#include "words.h"
#include "yaml.h"
#include "yaml_text.h"

/* A policy needs four: map, trees, tree, words. */
#define DEPTH_MAX 16

/* Some 40 for each tree of the largest policy. */
#define NODES_MAX 4000000

/**
 * struct builder - the tree while it grows.
 * @open:   the lists and maps that are not closed yet, outermost first
 * @depth:  how many
 * @origin: the file, and the place of the last event that had one
 * @mistakes: reported so far, the parser being fine
 */
struct builder {
	const struct rootward_opts *opts;
	struct origin origin;
	struct yaml_node *root;
	struct yaml_node *open[DEPTH_MAX];
	size_t depth;
	size_t nodes;
	size_t documents;
	size_t mistakes;
};

static void cleanup_diag(struct fy_diag **diagnostics)
{
	if (*diagnostics)
		fy_diag_destroy(*diagnostics);
}

static void cleanup_parser(struct fy_parser **parser)
{
	if (*parser)
		fy_parser_destroy(*parser);
}

/* Depth is at most DEPTH_MAX. */
void yaml_free(struct yaml_node *node)
{
	struct yaml_node *next;

	for (; node; node = next) {
		next = node->next;
		yaml_free(node->child);
		free(node);
	}
}

static int add_node(struct builder *b, enum yaml_kind kind, const char *text, size_t len)
{
	struct yaml_node *node;

	if (++b->nodes > NODES_MAX) {
		diag(b->opts, ROOTWARD_ERROR, &b->origin, NULL,
		     "more than %u words, lists and maps", NODES_MAX);
		return -E2BIG;
	}
	node = calloc(1, sizeof(*node) + len + 1);
	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = b->origin.line;
	node->column = b->origin.column;
	node->last = &node->child;
	node->length = len;
	if (len)
		memcpy(node->text, text, len);

	if (b->depth) {
		*b->open[b->depth - 1]->last = node;
		b->open[b->depth - 1]->last = &node->next;
	} else {
		b->root = node;
	}
	if (kind != YAML_LIST && kind != YAML_MAP)
		return 0;
	if (b->depth == DEPTH_MAX)
		return diag(b->opts, ROOTWARD_ERROR, &b->origin, NULL,
			    "lists and maps are nested more than %u deep", DEPTH_MAX);
	b->open[b->depth++] = node;
	return 0;
}

/* A tag may turn a word into something else; better to say no than to read another policy. */
static void refuse_tag(struct builder *b, struct fy_token *tag)
{
	if (!tag)
		return;
	diag(b->opts, ROOTWARD_ERROR, &b->origin, NULL, "a tag (!) has no meaning in a policy");
	b->mistakes++;
}

static int add_word(struct builder *b, struct fy_event *event)
{
	struct fy_token *value = event->scalar.value;
	enum fy_scalar_style style;
	const char *text;
	size_t len = 0;

	refuse_tag(b, event->scalar.tag);
	if (!value)
		return add_node(b, YAML_NOTHING, NULL, 0);

	/* The token of a quoted word begins behind its quote. */
	style = fy_token_scalar_style(value);
	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && b->origin.column > 1)
		b->origin.column--;

	text = fy_token_get_text(value, &len);
	if (!text && len)
		return -ENOMEM;
	return add_node(b, YAML_WORD, text, len);
}

static int add_alias(struct builder *b)
{
	/* Its token, too, begins behind its sign. */
	if (b->origin.column > 1)
		b->origin.column--;
	diag(b->opts, ROOTWARD_ERROR, &b->origin, "write it out",
	     "an alias (*) stands here; a policy has none, so that each rule is where it is read");
	b->mistakes++;
	return add_node(b, YAML_REFUSED, NULL, 0);
}

static int begin_document(struct builder *b)
{
	if (b->documents++)
		return diag(b->opts, ROOTWARD_ERROR, &b->origin,
			    "put each policy into a file of its own",
			    "another document begins after this; a policy is one document");
	return 0;
}

static int open_node(struct builder *b, enum yaml_kind kind, struct fy_event *event)
{
	int r = add_node(b, kind, NULL, 0);

	if (r)
		return r;
	b->open[b->depth - 1]->cut = true;
	b->open[b->depth - 1]->flow = fy_event_get_node_style(event) == FYNS_FLOW;
	return 0;
}

static int take_event(struct builder *b, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (mark) {
		b->origin.line = mark->line + 1;
		b->origin.column = mark->column + 1;
	}

	switch (event->type) {
	case FYET_DOCUMENT_START:
		return begin_document(b);
	case FYET_MAPPING_START:
		refuse_tag(b, event->mapping_start.tag);
		return open_node(b, YAML_MAP, event);
	case FYET_SEQUENCE_START:
		refuse_tag(b, event->sequence_start.tag);
		return open_node(b, YAML_LIST, event);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		b->open[--b->depth]->cut = false;
		return 0;
	case FYET_SCALAR:
		return add_word(b, event);
	case FYET_ALIAS:
		return add_alias(b);
	default:
		return 0;
	}
}

/* What libfyaml found wrong, in its words, at its place. */
static int pass_on(const struct builder *b, struct fy_diag *diagnostics)
{
	struct fy_diag_error *error;
	void *state = NULL;
	size_t n = 0;

	while ((error = fy_diag_errors_iterate(diagnostics, &state))) {
		struct origin origin = { .file = b->origin.file };

		if (error->line > 0) {
			origin.line = error->line;
			origin.column = error->column > 0 ? error->column : 0;
		}
		diag(b->opts, ROOTWARD_ERROR, &origin, NULL, "not YAML: %s", error->msg);
		n++;
	}
	if (!n)
		diag(b->opts, ROOTWARD_ERROR, &b->origin, NULL, "not YAML from about here on");
	return -EINVAL;
}

static void keep_quiet(struct fy_diag *diagnostics, void *user, const char *buf, size_t len)
{
}

/* Collects errors; without fp and with keep_quiet() nothing of it can reach stderr. */
static struct fy_diag *new_diag(void)
{
	struct fy_diag_cfg config;
	struct fy_diag *diagnostics;

	fy_diag_cfg_default(&config);
	config.fp = NULL;
	config.output_fn = keep_quiet;
	config.colorize = false;
	diagnostics = fy_diag_create(&config);
	if (diagnostics)
		fy_diag_set_collect_errors(diagnostics, true);
	return diagnostics;
}

static struct yaml_node *last_child(const struct yaml_node *node)
{
	struct yaml_node *child = node->child;

	while (child && child->next)
		child = child->next;
	return child;
}

/*
 * Parsing ended early.  What came last may be only what the mistake made of it, also where that
 * ended a list or map; and a bracket that is not closed may have taken in anything.
 */
static void keep_whole(struct yaml_node *node)
{
	for (; node; node = last_child(node)) {
		if (node->flow ? node->cut : node->kind != YAML_LIST && node->kind != YAML_MAP)
			node->kind = YAML_REFUSED;
		if (node->flow)
			return;
		node->cut = true;
	}
}

static int build(struct builder *b, const char *text, size_t len)
{
	_cleanup_(cleanup_diag) struct fy_diag *diagnostics = new_diag();
	_cleanup_(cleanup_parser) struct fy_parser *parser = NULL;
	struct fy_event *event;
	int r = 0;

	if (!diagnostics)
		return -ENOMEM;
	parser = fy_parser_create(&(struct fy_parse_cfg){
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
			 FYPCF_JSON_NONE,
		.diag = diagnostics,
	});
	if (!parser || fy_parser_set_string(parser, text, len))
		return -ENOMEM;

	while (!r && (event = fy_parser_parse(parser))) {
		r = take_event(b, event);
		fy_parser_event_free(parser, event);
	}
	if (!r && fy_parser_get_stream_error(parser))
		r = pass_on(b, diagnostics);
	if (r)
		keep_whole(b->root);
	return r ? r : b->mistakes ? -EINVAL : 0;
}

int yaml_parse(struct yaml_node **ret, const char *text, size_t len, const char *file,
	       const struct rootward_opts *opts)
{
	struct builder b = { .opts = opts, .origin = { .file = file, .line = 1, .column = 1 } };
	int r;

	if (len > YAML_SIZE_MAX) {
		diag(opts, ROOTWARD_ERROR, &(struct origin){ .file = file }, NULL,
		     "larger than %u MiB", YAML_SIZE_MAX >> 20);
		return -E2BIG;
	}
	r = yaml_check_text(text, len, file, opts);
	if (r < 0)
		return r;

	r = build(&b, text, len);
	if (r < 0 && r != -EINVAL)
		yaml_free(b.root);
	else
		*ret = b.root;
	return r;
}
