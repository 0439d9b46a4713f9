/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a private copy: what it held at the start, to find what changed since. */
#ifndef REVIEW_MANIFEST_H
#define REVIEW_MANIFEST_H

#include "base/err.h"

struct compare;

/*
 * manifest_compare - compare the copy of a root with its manifest, and what differs with the host.
 * Returns 0 or negative errno with @e filled.
 */
int manifest_compare(struct compare *c, struct err *e);

#endif
