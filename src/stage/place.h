/* SPDX-License-Identifier: Apache-2.0 */
/* Places inside the new root: directories and files made for mounts to land on. */
#ifndef STAGE_PLACE_H
#define STAGE_PLACE_H

#include "base/err.h"

/*
 * place_dir - the directory at a path inside, made with its parents where missing.
 * @root: fd of the new root (borrowed)
 * @path: absolute, normal
 *
 * Returns an owned O_PATH fd. No link is followed.
 */
int place_dir(int root, const char *path, unsigned int mode, struct err *e);

/*
 * place_file - an empty file at a path inside, made with its parents where missing.
 */
int place_file(int root, const char *path, unsigned int mode, struct err *e);

/*
 * place_parent - the directory that holds @path, made where missing.
 * @ret_name: the last component, inside @path
 */
int place_parent(int root, const char *path, const char **ret_name, struct err *e);

#endif
