/* SPDX-License-Identifier: Apache-2.0 */
/* Privilege given up: capabilities, no_new_privs, dumpability, keyrings. */
#ifndef LINUX_CAPS_H
#define LINUX_CAPS_H

/*
 * caps_drop - empty all five capability sets and lock the securebits.
 * Source: capabilities(7), PR_CAPBSET_DROP, PR_CAP_AMBIENT_CLEAR_ALL, SECBIT_*.
 */
int caps_drop(void);

/*
 * caps_no_new_privs - execve can never raise privilege again.
 * Source: PR_SET_NO_NEW_PRIVS(2const).
 */
int caps_no_new_privs(void);

/*
 * caps_hide_self - no process of the same uid may trace this one or look into its /proc entries.
 * Source: PR_SET_DUMPABLE(2const), ptrace(2), "Ptrace access mode checking".
 */
int caps_hide_self(void);

/*
 * caps_new_keyring - an empty session keyring instead of the caller's.
 * Source: keyctl(2), KEYCTL_JOIN_SESSION_KEYRING. -ENOSYS is success: without keys none leak.
 */
int caps_new_keyring(void);

/*
 * caps_die_with_parent - SIGKILL when the parent ends.
 */
int caps_die_with_parent(void);

#endif
