/* SPDX-License-Identifier: Apache-2.0 */
/* A placeholder that looks like the secret it stands for, so that clients take it for one. */
#include "sandbox/secret_shape.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"

#define CHANCE_MIN 20 /* letters and digits by chance, so that nobody guesses or meets one */
#define PLAIN_LEN 40
#define PLAIN_START "placeholder_"

/* What services put before their tokens, so that people and clients know them. */
static const char *const prefixes[] = {
	"github_pat_", "ghp_",	   "gho_",  "ghu_",	"ghs_",	    "ghr_",  "glpat-",
	"sk-ant-",     "sk-proj-", "sk-",   "sk_live_", "rk_",	    "xoxb-", "xoxp-",
	"xapp-",       "npm_",	   "pypi-", "AKIA",	"ASIA",	    "AIza",  "hf_",
	"dop_v1_",     "shpat_",   "SG.",   "whsec_",	"lin_api_", "r8_",   "gsk_",
};

static size_t prefix_of(const char *p, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (len > found && len < n && memcmp(p, prefixes[i], len) == 0)
			found = len;
	}
	return found;
}

/* Whether a value is hexadecimal but for its punctuation: then its placeholder is, too. */
static bool is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)p[i]) && !isxdigit((unsigned char)p[i]))
			return false;
	return true;
}

/* Another letter of the same kind. Some come a little more often than others, which is no harm. */
static char other(char c, uint8_t chance, bool hex)
{
	unsigned int letters = hex ? 6 : 26;

	if (isdigit((unsigned char)c))
		return "0123456789"[chance % 10];
	if (islower((unsigned char)c))
		return "abcdefghijklmnopqrstuvwxyz"[chance % letters];
	if (isupper((unsigned char)c))
		return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[chance % letters];
	/* What parts words, or means something to a shell, is not kept. */
	if (c != '\0' && strchr("-_.+=/:~", c) != NULL)
		return c;
	return '_';
}

static size_t chances(const char *p, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += isalnum((unsigned char)p[i]) != 0;
	return sum;
}

int secret_shape(const char *p, size_t n, char ret[SECRET_SHAPE_MAX])
{
	uint8_t chance[SECRET_SHAPE_MAX];
	char plain[PLAIN_LEN + 1] = PLAIN_START;
	size_t kept;
	bool hex;

	n = n < SECRET_SHAPE_MAX - 1 ? n : SECRET_SHAPE_MAX - 1;
	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return -EIO;
	kept = prefix_of(p, n);
	if (chances(p + kept, n - kept) < CHANCE_MIN) {
		kept = strlen(PLAIN_START);
		n = PLAIN_LEN;
		memset(plain + kept, 'a', n - kept);
		p = plain;
	}
	hex = is_hex(p + kept, n - kept) && p != plain;
	memcpy(ret, p, kept);
	for (size_t i = kept; i < n; i++)
		ret[i] = other(p[i], chance[i], hex);
	ret[n] = '\0';
	return 0;
}
