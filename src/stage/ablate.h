/* SPDX-License-Identifier: Apache-2.0 */
/* Walls taken away on purpose, in a build for tests alone: the shipped stage has no such switch. */
#ifndef STAGE_ABLATE_H
#define STAGE_ABLATE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef STAGE_ABLATE

/*
 * ablate_skips - whether TIERCEL_ABLATE names this kind of operation.
 */
bool ablate_skips(unsigned int kind);

/*
 * ablate_clone - clone flags without the namespace that TIERCEL_ABLATE=clone:NAME names.
 */
uint64_t ablate_clone(uint64_t flags);

#else

static inline bool ablate_skips(unsigned int kind)
{
	(void)kind;
	return false;
}

static inline uint64_t ablate_clone(uint64_t flags)
{
	return flags;
}

#endif
#endif
