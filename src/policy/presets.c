/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in policies. */
#include "policy/presets.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* Changes to these run code later, outside any sandbox: a person has to look at them by name. */
#define PROTECT                                                                                    \
	"  protect: [.git/hooks, .git/config, .gitmodules, .github, .gitlab-ci.yml, .circleci,\n"  \
	"    .vscode, .idea, .envrc, .mcp.json, .claude, .cursor, .codex, .gemini, .husky,\n"      \
	"    .devcontainer, .devcontainer.json, .pre-commit-config.yaml, CLAUDE.md, AGENTS.md]\n"

/* Tools of the user's own, never credentials. Entries that do not exist are left out. */
#define TOOLS                                                                                      \
	"  read: [~/.gitconfig, ~/.config/git, ~/.cargo/bin, ~/.cargo/env, ~/.rustup, ~/.nvm,\n"   \
	"    ~/.pyenv, ~/.local/bin, ~/.local/lib, ~/.local/share/claude, ~/go/bin, ~/.bun/bin,\n" \
	"    ~/.deno/bin, ~/.npm-global, ~/.volta, ~/.sdkman]\n"

#define ENV "env: { pass: [LANG, LANGUAGE, LC_*, TERM, COLORTERM, NO_COLOR, TZ] }\n"

static const struct preset presets[] = {
	{ "coding-agent", NULL, NULL,
	  "version: 1\nfiles:\n" TOOLS PROTECT ENV
	  "limits: { memory: 4GiB, pids: 512, disk: 8GiB, files: 16384 }\n" },
	{ "code-interpreter", NULL, NULL,
	  "version: 1\nfiles:\n" PROTECT ENV "limits: { memory: 1GiB, pids: 64, disk: 1GiB, files: "
	  "1024, output: 16MiB, time: 5m }\n" },
	{ "build", NULL, NULL,
	  "version: 1\nfiles:\n" TOOLS PROTECT ENV
	  "limits: { pids: 4096, disk: 32GiB, files: 65536 }\n" },
	{ "shell", NULL, NULL,
	  "version: 1\nfiles:\n" TOOLS PROTECT ENV
	  "limits: { pids: 1024, disk: 8GiB, files: 16384 }\n" },
	{ "untrusted", NULL, NULL,
	  "version: 1\nfiles:\n" PROTECT "env: { pass: [LANG, TERM] }\n"
	  "limits: { memory: 512MiB, cpus: 1, pids: 64, disk: 512MiB, files: 512, output: 4MiB, "
	  "time: 1m }\n" },
	{ "claude", "coding-agent", "claude", "version: 1\n" },
	{ "codex", "coding-agent", "codex", "version: 1\n" },
	{ "gemini", "coding-agent", "gemini", "version: 1\n" },
	{ "opencode", "coding-agent", "opencode", "version: 1\n" },
	{ "aider", "coding-agent", "aider", "version: 1\n" },
	{ "goose", "coding-agent", "goose", "version: 1\n" },
	{ "copilot", "coding-agent", "copilot", "version: 1\n" },
	{ "amp", "coding-agent", "amp", "version: 1\n" },
	{ "cursor-agent", "coding-agent", "cursor-agent", "version: 1\n" },
};

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}

const char *preset_for_command(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *base = slash != NULL ? slash + 1 : command;

	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (presets[i].command != NULL && strcmp(presets[i].command, base) == 0)
			return presets[i].name;
	return NULL;
}

void preset_names(char *ret, size_t n)
{
	ret[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(presets); i++) {
		size_t used = strlen(ret);

		snprintf(ret + used, n - used, "%s%s", i > 0 ? ", " : "", presets[i].name);
	}
}
