# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is inside a test machine: builds the tree that becomes its root.

# stage_base ROOT: the system proper, merged-/usr like Debian's.
stage_base() {
	local root=$1 dir
	mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},etc,home/{alice,bob},root,vm}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$root/$dir"
	done
	cp "$cache/tools/busybox" "$root/bin/busybox"
	install -m 755 "$here/init" "$root/init"

	cat >"$root/etc/passwd" <<-EOF
		root:x:0:0:root:/root:/bin/sh
		alice:x:1000:1000:Alice:/home/alice:/bin/sh
		bob:x:1001:1001:Bob:/home/bob:/bin/sh
		nobody:x:65534:65534:nobody:/nonexistent:/bin/false
	EOF
	cat >"$root/etc/group" <<-EOF
		root:x:0:
		tty:x:5:
		alice:x:1000:
		bob:x:1001:
		nogroup:x:65534:
	EOF
	# no passwords: root becomes whom it likes, others nobody
	sed 's/:.*/:*:19000:0:99999:7:::/' "$root/etc/passwd" >"$root/etc/shadow"
	chmod 640 "$root/etc/shadow"
	printf '%s: files\n' passwd group shadow hosts >"$root/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	echo rootward >"$root/etc/hostname"
}

# stage_add ROOT SRC:DEST: a file (DEST ending in / is a directory to put it
# in) or what a directory holds. Without DEST it keeps its own path.
stage_add() {
	local root=$1 from=${2%:*} to=${2##*:}
	[[ -e $from ]] || die "--add $2: there is no $from"
	[[ $2 == *:* ]] || to=$(realpath -s "$from")
	[[ $to == /* ]] || die "--add $2: $to does not begin with /"

	if [[ -d $from ]]; then
		mkdir -p "$root$to"
		cp -a --no-preserve=ownership "$from/." "$root$to"
	else
		[[ $to != */ ]] || to+=${from##*/}
		mkdir -p "$root${to%/*}"
		cp -L --preserve=mode,timestamps "$from" "$root$to"
	fi
	added+=("$from")
}

# stage_libraries ROOT FILE-OR-DIRECTORY...: the shared libraries that the
# programs among these need, as the loader finds them here. All go to /lib,
# which every loader searches; the loader goes where programs name it.
stage_libraries() {
	local root=$1 library
	shift
	(($#)) || return 0
	while read -r library; do
		case $library in
		*/ld-*) cp -L "$library" "$root/lib64/" ;;
		*) cp -L "$library" "$root/lib/" ;;
		esac
	done < <(find -L "$@" -type f \( -perm /111 -o -name '*.so*' \) -print0 |
		xargs -0 -r ldd 2>/dev/null |
		awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*\/ld-/ { print $1 }' |
		sort -u)
}

# quote WORD...: as a POSIX shell reads them back.
quote() {
	local word
	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}
