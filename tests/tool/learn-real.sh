#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2034 # what lib.sh reads
# What real commands are allowed by the policies learned from them. Needs the bpf engine.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tool/learned.sh
. "$(dirname "$0")/learned.sh"

mkdir made
cat >made/Makefile <<'END_OF_MAKEFILE'
all: lib.a prog
%.o: %.c
	cp $< $@
lib.a: a.o b.o
	cat $^ >$@
prog: lib.a
	cp lib.a $@.new && mv $@.new $@
clean:
	rm -f *.o lib.a prog
END_OF_MAKEFILE
echo 'int a;' >made/a.c
echo 'int b;' >made/b.c
fresh() {
	make -s -C made clean
}
learned make -C made

mkdir repository bin
ln -s "$(type -P git)" bin/git-upload-pack
PATH=$PATH:$PWD/bin
(cd repository && git init -q . && cp ../made/*.c . && git add . &&
	git -c user.name=n -c user.email=e@e commit -qm one) >"$work/out" 2>&1
fresh() {
	rm -rf clone
}
renew() {
	fresh
}
learned git clone -q --template= repository clone

# The file is written anew beside the old one, by a name that nobody knows before, and put in its place.
renew() {
	:
}
fresh() {
	rm -f "$HOME"/.ssh/known_hosts*
	printf '%s ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n' \
		a.example b.example >"$HOME/.ssh/known_hosts"
}
learned_besides_secrets ssh-keygen -q -R a.example -f "$HOME/.ssh/known_hosts"

# a package from a repository of this machine
mkdir -p packages dpkg parts
: >dpkg/status
echo package >packages/one.deb
cat >packages/Packages <<END_OF_INDEX
Package: one
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: a package
Filename: ./one.deb
Size: 8
SHA256: $(sha256sum packages/one.deb | cut -d ' ' -f 1)
END_OF_INDEX
echo "deb [trusted=yes] file:$PWD/packages ./" >sources.list
cat >apt.conf <<END_OF_CONF
APT::Architecture "amd64";
APT::Sandbox::User "root";
Dir::Etc "$PWD";
Dir::Etc::parts "$PWD/parts";
Dir::Etc::sourceparts "$PWD/parts";
Dir::Etc::preferencesparts "$PWD/parts";
Dir::Etc::trustedparts "$PWD/parts";
Dir::State "$PWD";
Dir::State::lists "$PWD/lists";
Dir::State::status "$PWD/dpkg/status";
Dir::Cache "$PWD/cache";
Dir::Log "$PWD";
END_OF_CONF
export APT_CONFIG=$PWD/apt.conf
fresh() {
	rm -rf one*.deb lists/* cache/*
	mkdir -p lists/partial cache/archives/partial
}
echo 'apt-get -qq update && apt-get -qq download one && test -s one_1_all.deb' >fetch.sh
learned sh fetch.sh

# npm, from a folder; long
if [[ ${LEARN_NPM-} ]]; then
	mkdir -p packages/lib project
	echo '{"name":"lib","version":"1.0.0","main":"index.js"}' >packages/lib/package.json
	echo 'module.exports = 1' >packages/lib/index.js
	echo '{"name":"project","version":"1.0.0"}' >project/package.json
	cp -r project project.first
	fresh() {
		rm -rf project
		cp -r project.first project
	}
	learned npm install --prefix project --offline --no-audit --no-fund --loglevel error "$PWD/packages/lib"
fi

finish
