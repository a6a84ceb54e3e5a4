# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What fetch and vm share: where things are cached, and how to fail.
#
# The cache, all of it made by fetch:
#
#   apt/            private apt root: package lists, nothing of lasting value
#   tools-VERSION/  QEMU with every library it needs, and a static busybox
#   linux-VERSION/  vmlinuz and modules.cpio
#   source-VERSION/ tarball of the kernel that kernel/ patches
#   tools, 6.1, …   symbolic links to the version in use
#
# Directories are built elsewhere and renamed into place, links are replaced
# by rename: whatever is there is whole.

cache=${ROOTWARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rootward}

# The kernels we test on, oldest first.
kernels=(6.1 6.12 7.2)

# mkfs and friends are not on every user's path.
PATH+=:/usr/sbin:/sbin

# Status of a run that failed for the harness' own reasons; as env(1) has it.
broken=125

die() {
	echo "${0##*/}: $*" >&2
	exit "$broken"
}

# QEMU with the libraries fetched along with it, and nothing of the system's.
# Sets an array for the caller to run: a function would leave a shell between
# QEMU and who wants to kill it.
# shellcheck disable=SC2034
qemu=("$cache/tools/lib/ld.so" --library-path "$cache/tools/lib"
	"$cache/tools/qemu-system-x86_64" -L "$cache/tools/bios")
