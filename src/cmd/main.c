/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: finds the command, reads its options, runs it, prints what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "cmd/commands.h"
#include "cmd/help.h"

#define HELP_MAX 65536

/* A closed standard descriptor would be taken by the next file that is opened, and written to. */
static void stdio_hold(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
}

/* Bytes of the command line may stand in the text: they are not to steer the terminal. */
static int complain(const char *text)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)ERR_TEXT_MAX * 16);

	if (!escape_is_plain(text, strlen(text)))
		buf_escape(&shown, text, strlen(text));
	fprintf(stderr, "tiercel: %s\n", shown.p != NULL ? shown.p : text);
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

/* @c: NULL for the list of commands. */
static int print_help(const struct command *c, FILE *to, int status)
{
	AUTO_BUF struct buf text = BUF_INIT(HELP_MAX);

	if (c != NULL)
		help_command(c, &text);
	else
		help_all(&text);
	if (text.err)
		return complain(strerror(-text.err));
	fwrite(text.p, 1, text.n, to);
	return status;
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
		return print_help(c, stdout, 0);
	n = opt_parse(c->opts, c->stops, options, argv, &e);
	if (n < 0) {
		err_in(&e, n, "%s", c->name);
		return complain(e.text);
	}
	r = c->run(options, n, argv, &e);
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

static int help(const char *name)
{
	struct err e = { 0 };
	const struct command *c = name != NULL ? command_find(name, &e) : NULL;

	return name != NULL && c == NULL ? complain(e.text) : print_help(c, stdout, 0);
}

int main(int argc, char **argv)
{
	const struct command *c;
	struct err e = { 0 };

	stdio_hold();
	/* Both show as an error of the write that meets them. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2)
		return print_help(NULL, stderr, EXIT_REFUSED);
	if (strcmp(argv[1], "--version") == 0) {
		printf("tiercel %s\n", TIERCEL_VERSION);
		return flush(0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return flush(help(argv[2]));
	c = command_find(argv[1], &e);
	return c != NULL ? flush(run(c, argv + 2)) : complain(e.text);
}
