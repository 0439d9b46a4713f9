/* SPDX-License-Identifier: Apache-2.0 */
/* Authorities as Java keeps them, which reads no other list. */
#ifndef PROXY_JKS_H
#define PROXY_JKS_H

struct buf;
struct ca;

/*
 * jks_build - append a key store of the kind JKS with the host's authorities and one more.
 * @path: of the host's list, in PEM
 * @out:  has the error of memory and size
 *
 * It has the usual password, which guards nothing: it only makes the checksum at the end another.
 * Returns 0; negative errno when the list cannot be read, or memory is spent.
 * Source: sun.security.provider.JavaKeyStore of OpenJDK, engineLoad.
 */
int jks_build(const char *path, const struct ca *ca, struct buf *out);

#endif
