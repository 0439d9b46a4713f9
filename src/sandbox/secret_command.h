/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command of the policy's author that prints a secret. */
#ifndef SANDBOX_SECRET_COMMAND_H
#define SANDBOX_SECRET_COMMAND_H

struct buf;

/*
 * secret_command - run words by the shell, outside of every sandbox, and read what they print.
 * @out: receives it; its maximum holds
 *
 * Its input is empty, its complaints are the caller's to see. Returns 0; -EIO when it failed;
 * -E2BIG; else negative errno.
 */
int secret_command(const char *words, struct buf *out);

#endif
