/* SPDX-License-Identifier: Apache-2.0 */
/* Whether KVM really runs a guest here. */
#include "linux/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

#define PAGE 4096u
#define HLT 0xf4

/* One page of guest memory at address 0 that holds the instruction. */
static int memory_give(int vm, void *page)
{
	struct kvm_userspace_memory_region region = { .memory_size = PAGE,
						      .userspace_addr = (uint64_t)(uintptr_t)page };

	memset(page, HLT, PAGE);
	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 ? -errno : 0;
}

static int registers_set(int cpu)
{
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(cpu, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(cpu, KVM_SET_SREGS, &sregs) < 0 || ioctl(cpu, KVM_SET_REGS, &regs) < 0)
		return -errno;
	return 0;
}

static int guest_run(int kvm, int cpu, struct err *e)
{
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	struct kvm_run *run =
		size <= 0 ? MAP_FAILED
			  : mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	int r = registers_set(cpu);

	if (run == MAP_FAILED)
		return err_sys(e, -errno, "no run area");
	if (r == 0 && ioctl(cpu, KVM_RUN, 0) < 0)
		r = -errno;
	if (r == 0 && run->exit_reason != KVM_EXIT_HLT)
		r = err_set(e, -EIO, "a guest of one instruction ended with reason %u",
			    run->exit_reason);
	else if (r < 0)
		err_sys(e, r, "a guest of one instruction does not run");
	munmap(run, (size_t)size);
	return r;
}

int kvm_try(struct err *e)
{
	AUTO_CLOSE int kvm = -EBADF;
	AUTO_CLOSE int vm = -EBADF;
	AUTO_CLOSE int cpu = -EBADF;
	void *page;
	int r;

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return err_sys(e, -errno, "/dev/kvm");
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return err_sys(e, -errno, "KVM_CREATE_VM");
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return err_sys(e, -errno, "memory");
	r = memory_give(vm, page);
	cpu = r < 0 ? -EBADF : ioctl(vm, KVM_CREATE_VCPU, 0);
	if (cpu < 0)
		r = err_sys(e, r < 0 ? r : -errno, "KVM_CREATE_VCPU");
	else
		r = guest_run(kvm, cpu, e);
	munmap(page, PAGE);
	return r;
}
