/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in policies. */
#ifndef POLICY_PRESETS_H
#define POLICY_PRESETS_H

#include <stddef.h>

/*
 * struct preset - a policy as text, read by the same loader as a file.
 * @base:    preset to lay it over, or NULL
 * @command: program name that chooses it, or NULL
 */
struct preset {
	const char *name;
	const char *base;
	const char *command;
	const char *text;
};

/* The preset of that name, or NULL. */
const struct preset *preset_find(const char *name);

/* The preset of a known agent, by the last component of the command; NULL for any other. */
const char *preset_for_command(const char *command);

/* All names, comma separated, cut to fit. */
void preset_names(char *ret, size_t n);

#endif
