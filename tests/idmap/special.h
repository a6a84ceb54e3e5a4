/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ROOTWARD_TESTS_IDMAP_SPECIAL_H
#define ROOTWARD_TESTS_IDMAP_SPECIAL_H

#include <stdbool.h>
#include <stdint.h>

/** check() - a line of TAP; returns @good. */
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each on @place, a directory of a filesystem that can be idmapped; the caller's mounts are its
 * own. */
void test_not_idmapped(const char *place);
void test_library(const char *place);
void test_statmount(const char *place);
void test_bind(const char *place, uint64_t *seed);
void test_overlay(const char *place, const char *scratch, uint64_t *seed);
void test_userns_filesystem(const char *scratch, uint64_t *seed);
void test_meanwhile(const char *place, uint64_t *seed);
void test_ancestors(const char *place, const char *scratch, uint64_t *seed);

#endif
