/* SPDX-License-Identifier: Apache-2.0 */
/* Whether KVM really runs a guest here. */
#ifndef LINUX_KVM_H
#define LINUX_KVM_H

#include "base/err.h"

/*
 * kvm_try - run a guest of one instruction (hlt, in real mode).
 *
 * Returns 0 only when it ran; opening /dev/kvm proves nothing. Source:
 * Documentation/virt/kvm/api.rst.
 */
int kvm_try(struct err *e);

#endif
