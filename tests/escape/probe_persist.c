/* SPDX-License-Identifier: Apache-2.0 */
/* Acts that last: files that run code later, in the workspace, the home directory, the system. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLANTED "PLANTED-BY-PROBE\n"
#define FILES_MAX 16

/* Makes the folders of a path below @top, then the file, or appends to it. */
static int plant(const char *top, const char *name)
{
	char path[4096];
	int fd;

	for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", top, (int)(slash - name), name);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0755);
	if (fd < 0)
		return 0;
	if (write(fd, PLANTED, strlen(PLANTED)) < 0) {
		close(fd);
		return 0;
	}
	return close(fd) == 0;
}

static int plant_all(const char *top, const char *const names[FILES_MAX])
{
	int done = 0;

	for (size_t i = 0; i < FILES_MAX && names[i] != NULL; i++)
		done += plant(top, names[i]);
	return done > 0 ? opened("%d files", done) : held(top);
}

static int p01(void)
{
	static const char *const names[FILES_MAX] = { ".git/hooks/post-checkout", ".git/config",
						      ".gitmodules" };

	return plant_all(arg("ws"), names);
}

static int p02(void)
{
	static const char *const names[FILES_MAX] = {
		".claude/settings.json", ".mcp.json", ".cursor/mcp.json", ".codex/config.toml",
		".gemini/settings.json", "AGENTS.md", "CLAUDE.md"
	};

	return plant_all(arg("ws"), names);
}

static int p03(void)
{
	static const char *const names[FILES_MAX] = { ".vscode/tasks.json", ".idea/workspace.xml",
						      ".devcontainer/devcontainer.json", ".envrc" };

	return plant_all(arg("ws"), names);
}

static int p04(void)
{
	static const char *const names[FILES_MAX] = { ".bashrc", ".profile", ".zshrc",
						      ".bash_logout", ".inputrc" };

	return plant_all(arg("home"), names);
}

static int p05(void)
{
	static const char *const names[FILES_MAX] = { ".config/systemd/user/x.service",
						      ".config/autostart/x.desktop" };

	return plant_all(arg("home"), names);
}

static int p06(void)
{
	static const char *const names[FILES_MAX] = { ".ssh/authorized_keys", ".ssh/config",
						      ".ssh/rc" };

	return plant_all(arg("home"), names);
}

static int p07(void)
{
	static const char *const names[FILES_MAX] = { "Makefile", "setup.py", "conftest.py",
						      "package.json" };

	return plant_all(arg("ws"), names);
}

static int p10(void)
{
	static const char *const names[FILES_MAX] = { ".local/bin/git", "bin/ls" };

	return plant_all(arg("home"), names);
}

static int p12(void)
{
	static const char *const names[FILES_MAX] = {
		".local/state/tiercel/sandboxes/escape/record", ".local/state/tiercel/planted"
	};

	return plant_all(arg("home"), names);
}

/* Names that say something else on a terminal than what they are. */
static const char *const odd_names[FILES_MAX] = { "esc\033[31mred",
						  "osc\033]0;owned\007",
						  "new\nline",
						  "cr\rover",
						  "bidi\xe2\x80\xae"
						  "cod.c",
						  "zero\xe2\x80\x8bwidth",
						  "-rf",
						  "back\b\bspace",
						  "bad\xff\xfe"
						  "utf8",
						  "trail ",
						  "c1\xc2\x9b"
						  "31m" };

static int t02(void)
{
	return plant_all(arg("ws"), odd_names);
}

static int t01(void)
{
	static const char text[] =
		"plain\n\033]52;c;ZXZpbA==\007\033[31mred\033P$q\"p\033\\\033[21t\r hidden\n"
		"if (admin) {\xe2\x80\xae } \xe2\x81\xa6// check\n";
	int fd = open(path_of("%s/content.txt", arg("ws")),
		      O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	return judge(fd < 0 ? -1 : write(fd, text, sizeof(text) - 1),
		     "control sequences in a file");
}

const struct act persist_acts[] = {
	{ "P-01", p01 }, { "P-02", p02 }, { "P-03", p03 }, { "P-04", p04 },
	{ "P-05", p05 }, { "P-06", p06 }, { "P-07", p07 }, { "P-10", p10 },
	{ "P-12", p12 }, { "T-01", t01 }, { "T-02", t02 }, { NULL, NULL },
};
