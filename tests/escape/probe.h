/* SPDX-License-Identifier: Apache-2.0 */
/* What the attack programs share: verdicts, arguments, and the tables of acts. */
#ifndef ESCAPE_PROBE_H
#define ESCAPE_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit status of an act. */
enum verdict {
	V_OPEN,	  /* the act succeeded */
	V_HELD,	  /* it was refused */
	V_ABSENT, /* this kernel has no such thing */
	V_BROKEN, /* the act could not be tried */
};

/* struct act - one row: what the catalogue calls it, and the function that tries it. */
struct act {
	const char *id;
	int (*run)(void);
};

extern const struct act fs_acts[], path_acts[], mount_acts[], proc_acts[], kernel_acts[],
	sock_acts[];
extern const struct act net_acts[], priv_acts[], res_acts[], secret_acts[], persist_acts[];
extern const struct act term_acts[], role_acts[];

/* arg - value of NAME=VALUE on the command line, "" when not given; arg_num - the same as a number.
 */
const char *arg(const char *name);
unsigned long arg_num(const char *name);

/* num - a number out of text, base 10 or after 0x 16; what follows the digits is ignored. */
unsigned long num(const char *text);

/* opened - say what was reached; held - say with errno what refused; both return the verdict. */
int opened(const char *format, ...) __attribute__((format(printf, 1, 2)));
int held(const char *what);
int broken(const char *what);

/* judge - opened or held, by the result of a call that returns a negative number and sets errno. */
int judge(long result, const char *what);

/* judge_code - as judge, where some errors come only after permission was granted. */
int judge_code(long result, int granted, const char *what);

/* show_file - print what a file holds (at most 4 KiB); judge_read is the verdict of doing so. */
ssize_t show_file(int at, const char *path);
int judge_read(const char *path);

/* path_of - PATH formatted into a static buffer that the sixteenth call after it overwrites. */
const char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* in_child - run @act in a child; its verdict, V_HELD when the kernel killed it for the call. */
int in_child(int (*act)(void));

/* first_open - the best verdict of several acts: open if one is. */
int first_open(int (*const acts[])(void), size_t n);

/* in_userns - run @act as root of a new user namespace and the @more namespaces. */
int in_userns(int (*act)(void), int more);

/* write_file - open for writing (no create) and write text; 0, or -1 and errno. */
int write_file(const char *path, const char *text);

/* writable_below - how many files below @top open for writing; none is written. */
int writable_below(const char *top, int depth);

/* watch_status - whether a line of /proc/self/status has this text. */
int status_has(const char *path, const char *line);

#endif
