/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: finds the command, reads its options, runs it, prints what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/help.h"
#include "cmd/nearest.h"

/* A closed standard descriptor would be taken by the next file that is opened, and written to. */
static void stdio_hold(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
}

static int complain(const char *text)
{
	fprintf(stderr, "tiercel: %s\n", text);
	return EXIT_REFUSED;
}

static int unknown(const char *name)
{
	const char *near = NULL;
	size_t best = NEAREST_FAR;

	for (size_t i = 0; commands[i] != NULL; i++) {
		size_t d = nearest_distance(name, strlen(name), commands[i]->name);

		if (d < best) {
			best = d;
			near = commands[i]->name;
		}
	}
	if (near != NULL)
		fprintf(stderr, "tiercel: no command \"%s\"; did you mean %s?\n", name, near);
	else
		fprintf(stderr, "tiercel: no command \"%s\"; tiercel help lists them\n", name);
	return EXIT_REFUSED;
}

static int wants_help(char **argv, int stops)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return 1;
		if (stops && (*argv)[0] != '-')
			return 0;
	}
	return 0;
}

static int run(const struct command *c, char **argv)
{
	AUTO_FREE void *options = calloc(1, c->size + 1);
	struct err e = { 0 };
	int n;
	int r;

	if (options == NULL)
		return complain("out of memory");
	if (wants_help(argv, c->stops))
		return help_command(c);
	n = opt_parse(c->opts, c->stops, options, argv, &e);
	r = n < 0 ? n : c->run(options, n, argv, &e);
	if (r >= 0)
		return r;
	return complain(e.text[0] != '\0' ? e.text : strerror(-r));
}

/* What was printed must have arrived: a full disk is a failure, a reader that left is not ours. */
static int flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return 128 + SIGPIPE;
	fprintf(stderr, "tiercel: cannot write standard output: %s\n", strerror(errno));
	return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	const struct command *c;

	stdio_hold();
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return help_all(stderr, EXIT_REFUSED);
	if (strcmp(argv[1], "--version") == 0) {
		printf("tiercel %s\n", TIERCEL_VERSION);
		return flush(0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		c = argc > 2 ? command_find(argv[2]) : NULL;
		return flush(c != NULL ? help_command(c) : help_all(stdout, 0));
	}
	c = command_find(argv[1]);
	return c != NULL ? flush(run(c, argv + 2)) : unknown(argv[1]);
}
