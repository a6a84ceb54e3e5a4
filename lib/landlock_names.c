/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names to try in directories that may not be listed.  Only what programs need in order to start
 * and to find users, hosts and libraries: this makes a confined command inside of a confined
 * command work, it need not be complete.
 */
#include <stddef.h>
#include <string.h>

#include "landlock_names.h"

static const char *const in_root[] = {
	"bin", "boot", "dev", "etc", "gnu", "home", "lib", "lib32", "lib64", "libx32", "media",
	"mnt", "nix", "opt", "proc", "root", "run", "sbin", "snap", "srv", "sys", "tmp", "usr",
	"var", NULL,
};

static const char *const in_etc[] = {
	"alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies",
	"debian_version", "default", "environment", "fonts", "gai.conf", "gitconfig", "group",
	"host.conf", "hostname", "hosts", "inputrc", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
	"ld.so.preload", "locale.alias", "locale.conf", "localtime", "login.defs", "machine-id",
	"mailcap", "mime.types", "nsswitch.conf", "os-release", "passwd", "pki", "profile",
	"profile.d", "protocols", "python3", "resolv.conf", "rpc", "services", "shells", "ssl",
	"terminfo", "timezone", "xdg", NULL,
};

static const char *const in_ssl[] = { "certs", "cert.pem", "openssl.cnf", NULL };

static const char *const in_run[] = {
	"lock", "resolvconf", "shm", "systemd", "user", NULL,
};

static const struct {
	const char *directory;
	const char *const *names;
} known[] = {
	{ "/", in_root }, { "/etc", in_etc }, { "/etc/ssl", in_ssl }, { "/run", in_run },
};

const char *const *landlock_names(const char *directory)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(directory, known[i].directory))
			return known[i].names;
	return NULL;
}
