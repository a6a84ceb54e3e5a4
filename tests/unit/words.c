/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>

#include "index.h"
#include "ops.h"
#include "tap.h"
#include "words.h"

static void test_words(void)
{
	unsigned int i;

	for (i = 0; i < ROOTWARD_OP_COUNT; i++)
		is_int(ops_from_word(ops_word(i)), 1U << i, "the word of bit %u", i);
	is_str(ops_word(ROOTWARD_OP_COUNT), NULL, "no word behind the last");
	is_int(ops_from_word("all"), ROOTWARD_OPS_ALL, "all");
	is_int(ops_from_word("read"), ROOTWARD_OPS_READ, "read");
	is_int(ops_from_word("write"), ROOTWARD_OPS_WRITE, "write");
	is_int(ops_from_word("execute"), ROOTWARD_OP_EXECUTE, "execute");
	is_int(ops_from_word("READ"), 0, "words are lower case");
	is_int(ops_from_word(""), 0, "no empty word");
	is_int(ops_from_word("read_file "), 0, "no blanks");
}

static void test_nearest(void)
{
	static const struct {
		const char *typed, *word;
	} cases[] = {
		{ "red_file", "read_file" },
		{ "read_flie", "read_file" },
		{ "raed", "read" },
		{ "wirte", "write" },
		{ "excute", "execute" },
		{ "readlnk", "readlink" },
		{ "ioctldev", "ioctl_dev" },
		{ "remove_files", "remove_file" },
		{ "truncat", "truncate" },
		{ "set_xattrs", "setxattr" },
		{ "READ_FILE", "read_file" },
		{ "raed_flie", "read_file" },
		{ "al", "all" },
		{ "make_directory", NULL },
		{ "x", NULL },
		{ "", NULL },
		{ "rw", NULL },
		{ "nothing at all", NULL },
	};
	char huge[10000];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(ops_nearest_word(cases[i].typed), cases[i].word, "nearest to \"%s\"",
		       cases[i].typed);
	memset(huge, 'r', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	is_str(ops_nearest_word(huge), NULL, "nothing is near a huge word");
}

static void test_format(void)
{
	char buf[OPS_FORMAT_MAX], small[8];

	is_str(ops_format(0, buf, sizeof(buf)), "nothing", "no operation");
	is_str(ops_format(ROOTWARD_OPS_ALL, buf, sizeof(buf)), "all", "all of them");
	is_str(ops_format(ROOTWARD_OPS_READ | ROOTWARD_OP_EXECUTE, buf, sizeof(buf)),
	       "read, execute", "groups");
	is_str(ops_format(ROOTWARD_OPS_WRITE | ROOTWARD_OP_STAT, buf, sizeof(buf)), "write, stat",
	       "a group and one more");
	is_str(ops_format(ROOTWARD_OP_READ_FILE | ROOTWARD_OP_READ_DIR, buf, sizeof(buf)),
	       "read_file, read_dir", "single ones");
	is_str(ops_format(ROOTWARD_OP_READ_FILE | ROOTWARD_OP_READ_DIR, small, sizeof(small)),
	       "read_fi", "cut to the buffer");
	ops_format(ROOTWARD_OPS_ALL & ~(ROOTWARD_OP_STAT | ROOTWARD_OP_CHMOD | ROOTWARD_OP_EXECUTE),
		   buf, sizeof(buf));
	ok(strlen(buf) < sizeof(buf) - 1, "the longest fits");
}

static void test_cut(void)
{
	char buf[8];

	is_str(word_cut("seven77", buf, sizeof(buf)), "seven77", "what fits stays");
	is_str(word_cut("eighteen", buf, sizeof(buf)), "eigh...", "what does not is cut");
	is_str(word_cut("abc\xc3\xa9\xc3\xa9x", buf, sizeof(buf)), "abc...",
	       "not inside of a character");
}

static bool alike(const void *data, uint32_t number, const void *key)
{
	return number == *(const uint32_t *)key;
}

static void test_index(void)
{
	struct index index = { 0 };
	uint32_t i, wrong = 0;

	i = 7;
	is_int(index_find(&index, 0, alike, NULL, &i), INDEX_NONE, "nothing in an empty index");
	for (i = 0; i < 5000; i++)
		wrong += index_add(&index, i % 100, i) != 0;
	for (i = 0; i < 5000; i++)
		wrong += index_find(&index, i % 100, alike, NULL, &i) != i;
	i = 5000;
	wrong += index_find(&index, 0, alike, NULL, &i) != INDEX_NONE;
	is_int(wrong, 0, "5000 numbers with 100 hashes");
	index_free(&index);
}

int main(void)
{
	test_words();
	test_nearest();
	test_format();
	test_cut();
	test_index();
	return done_testing();
}
