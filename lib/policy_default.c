/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy that `rootward run` uses when it is given none. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "lookup.h"
#include "policy.h"

/*
 * What Landlock cannot restrict, or only where the kernel is young enough: enforced by the bpf
 * engine, let go by landlock.  Without this the built-in policy would be refused to everybody who
 * is not root, and a first try of `rootward run` would fail; the tool says what is not enforced.
 * A policy in a file gets no such favour unless it asks for it.
 */
#define DEFAULT_BEST_EFFORT                                                                        \
	(ROOTWARD_OP_STAT | ROOTWARD_OP_READLINK | ROOTWARD_OP_GETXATTR | ROOTWARD_OP_CHMOD |      \
	 ROOTWARD_OP_CHOWN | ROOTWARD_OP_UTIME | ROOTWARD_OP_SETXATTR | ROOTWARD_OP_WATCH |        \
	 ROOTWARD_OP_CHROOT | ROOTWARD_OP_CONNECT | ROOTWARD_OP_TRUNCATE | ROOTWARD_OP_IOCTL_DEV | \
	 ROOTWARD_OP_REFER)

/*
 * Not here: /dev/fd, /dev/stdin and the like, which are links into /proc/self, another directory
 * in every process.
 */
static const char *const devices[] = {
	"/dev/null",	"/dev/zero", "/dev/full", "/dev/random",
	"/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/pts",
};

/*
 * What a program has no business to read unless it is the one that keeps it there.  The list is
 * of common places and can never be complete; whoever has secrets elsewhere writes a policy.
 */
static const char *const secrets[] = {
	/* keys and tokens: shells, clouds, clusters */
	"~/.ssh",
	"~/.gnupg",
	"~/.aws",
	"~/.azure",
	"~/.config/gcloud",
	"~/.oci",
	"~/.kube",
	"~/.docker",
	"~/.config/containers/auth.json",
	"~/.terraform.d",
	"~/.terraformrc",
	"~/.vault-token",
	"~/.boto",
	"~/.s3cfg",
	"~/.config/rclone",
	"~/.config/doctl",
	"~/.config/hcloud",
	"~/.config/sops",
	"~/.config/age",
	"~/.databrickscfg",
	"~/.fly",
	/* code hosts and package registries */
	"~/.netrc",
	"~/.git-credentials",
	"~/.config/git/credentials",
	"~/.config/gh",
	"~/.config/glab-cli",
	"~/.config/hub",
	"~/.npmrc",
	"~/.yarnrc.yml",
	"~/.pypirc",
	"~/.cargo/credentials.toml",
	"~/.cargo/credentials",
	"~/.gem/credentials",
	"~/.bundle/config",
	"~/.m2/settings.xml",
	"~/.m2/settings-security.xml",
	"~/.gradle/gradle.properties",
	"~/.composer/auth.json",
	"~/.config/composer/auth.json",
	"~/.nuget/NuGet/NuGet.Config",
	/* passwords */
	"~/.password-store",
	"~/.local/share/keyrings",
	"~/.local/share/kwalletd",
	"~/.config/keepassxc",
	"~/.config/op",
	"~/.config/Bitwarden",
	"~/.config/Bitwarden CLI",
	"~/.pki",
	"~/.pgpass",
	"~/.my.cnf",
	"~/.mylogin.cnf",
	"~/.authinfo",
	"~/.authinfo.gpg",
	"~/.msmtprc",
	"~/.fetchmailrc",
	"~/.smbcredentials",
	/* browsers, mail, chat, wallets: cookies and sessions are keys too */
	"~/.mozilla",
	"~/.config/google-chrome",
	"~/.config/chromium",
	"~/.config/BraveSoftware",
	"~/.config/microsoft-edge",
	"~/.config/vivaldi",
	"~/.config/opera",
	"~/snap/firefox",
	"~/snap/chromium",
	"~/.var/app",
	"~/.thunderbird",
	"~/.local/share/evolution",
	"~/.config/evolution",
	"~/.config/Signal",
	"~/.config/Slack",
	"~/.config/discord",
	"~/.local/share/TelegramDesktop",
	"~/.electrum",
	"~/.bitcoin",
	"~/.ethereum",
	/* what was typed */
	"~/.bash_history",
	"~/.zsh_history",
	"~/.local/share/fish/fish_history",
	"~/.python_history",
	"~/.psql_history",
	"~/.mysql_history",
	"~/.sqlite_history",
	"~/.rediscli_history",
	"~/.node_repl_history",
	"~/.irb_history",
	/* the system's; for when the caller is root */
	"/etc/shadow",
	"/etc/shadow-",
	"/etc/gshadow",
	"/etc/gshadow-",
	"/etc/security/opasswd",
	"/etc/sudoers",
	"/etc/sudoers.d",
	"/etc/ssl/private",
	"/etc/letsencrypt",
	"/etc/ssh/ssh_host_rsa_key",
	"/etc/ssh/ssh_host_ecdsa_key",
	"/etc/ssh/ssh_host_ed25519_key",
	"/etc/krb5.keytab",
	"/etc/wireguard",
	"/etc/openvpn",
	"/etc/ipsec.secrets",
	"/etc/ppp/chap-secrets",
	"/etc/ppp/pap-secrets",
	"/etc/NetworkManager/system-connections",
	"/etc/kubernetes",
	"/run/secrets",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void cleanup_policy(struct rootward_policy **policy)
{
	rootward_policy_free(*policy);
}

static int add_all(struct rootward_policy *policy, const char *const *paths, size_t n,
		   const struct tree *like)
{
	struct tree tree = *like;
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		tree.path = (char *)paths[i];
		r = policy_append(policy, &tree);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The same places of another user than the caller; where the caller cannot go they need no rule. */
static int add_secrets_of(struct rootward_policy *policy, uid_t uid, const struct tree *like)
{
	_cleanup_free_ char *home = NULL;
	int r;

	if (uid == getuid())
		return 0;
	r = lookup_home(&home, uid);
	if (r == -ENOENT || (r == 0 && (!strcmp(home, "/") || access(home, X_OK) < 0)))
		return 0;
	for (size_t i = 0; i < COUNT(secrets) && r == 0; i++) {
		_cleanup_free_ char *path = NULL;

		if (secrets[i][0] != '~')
			continue;
		if (asprintf(&path, "%s%s", home, secrets[i] + 1) < 0)
			return -ENOMEM;
		if (!policy_find(policy, path))
			r = add_all(policy, (const char *const[]){ path }, 1, like);
	}
	return r;
}

/*
 * With sudo `~` is root's, and the files that are worked on are somebody else's: of who called it,
 * and of whose the working directory is.
 */
static int add_secrets_of_others(struct rootward_policy *policy, const struct tree *like)
{
	const char *text = secure_getenv("SUDO_UID");
	unsigned long long uid;
	struct stat st;
	char *end;
	int r = 0;

	if (text && text[0] >= '0' && text[0] <= '9') {
		errno = 0;
		uid = strtoull(text, &end, 10);
		if (!errno && !*end && uid < (uid_t)-1)
			r = add_secrets_of(policy, (uid_t)uid, like);
	}
	if (r == 0 && stat(".", &st) == 0)
		r = add_secrets_of(policy, st.st_uid, like);
	return r;
}

int rootward_policy_default(struct rootward_policy **ret)
{
	_cleanup_(cleanup_policy) struct rootward_policy *policy = NULL;
	static const char *const cwd[] = { "." };
	struct tree tree = { .builtin = true, .origin = { .file = "built-in default" } };
	int r;

	r = rootward_policy_new(&policy, "default");
	if (r < 0)
		return r;
	policy->default_ops = ROOTWARD_OPS_READ | ROOTWARD_OPS_EXECUTE;
	policy->default_origin = tree.origin;
	policy->best_effort = DEFAULT_BEST_EFFORT;

	tree.allow = ROOTWARD_OPS_ALL;
	r = add_all(policy, cwd, COUNT(cwd), &tree);
	tree.optional = true;
	tree.allow = ROOTWARD_OPS_READ | ROOTWARD_OPS_WRITE;
	if (!r)
		r = add_all(policy, devices, COUNT(devices), &tree);
	tree.allow = 0;
	tree.deny = ROOTWARD_OPS_ALL;
	if (!r)
		r = add_all(policy, secrets, COUNT(secrets), &tree);
	if (!r)
		r = add_secrets_of_others(policy, &tree);
	if (r < 0)
		return r;

	*ret = steal_ptr(policy);
	return 0;
}
