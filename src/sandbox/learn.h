/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest policy that allows what a sandbox reached. */
#ifndef SANDBOX_LEARN_H
#define SANDBOX_LEARN_H

struct buf;
struct events_log;

/*
 * learn_yaml - append a policy as YAML.
 * @reached: its net.allow become network.allow; three hosts and more right below one name with
 *           the same ports become *.NAME, where NAME has two labels at least
 * @refused: what it asked for in vain follows as comments: a person decides
 */
void learn_yaml(const struct events_log *reached, const struct events_log *refused,
		struct buf *out);

#endif
