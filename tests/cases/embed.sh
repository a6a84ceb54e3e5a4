#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# embed.sh PROGRAM OUTPUT.c - C source that carries a program as helper_program
set -eu
cat >"$2" <<EOF
/* Made by tests/cases/embed.sh. */
__asm__(".section .rodata;"
	".globl helper_program, helper_program_end;"
	"helper_program: .incbin \"$(realpath "$1")\";"
	"helper_program_end: .previous");
EOF
