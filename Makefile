# SPDX-License-Identifier: Apache-2.0
# Builds, checks, tests and installs Tiercel. `make help` lists the targets; everything lands in $(BUILD).
BUILD ?= build
PREFIX ?= /usr/local
VERSION := 0.1.0
CC := gcc
STAGE_LD := musl-gcc
PYTHON := /usr/bin/python3
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# --- sources -------------------------------------------------------------------------------------
ROOMS := base linux policy plan tier sandbox review cmd
SRC := $(wildcard $(ROOMS:%=src/%/*.c))
STAGE_OWN := $(wildcard src/stage/*.c)
# What the stage links beside its own room; its line budget counts these too.
STAGE_SHARED := base/err.c base/fd.c base/num.c base/path.c plan/verify.c \
	linux/userns.c linux/mount.c linux/overlay.c linux/landlock.c linux/seccomp_load.c \
	linux/caps.c linux/netns.c linux/limits.c
STAGE_SRC := $(STAGE_OWN) $(wildcard $(STAGE_SHARED:%=src/%))
OBJ := $(SRC:src/%.c=$(BUILD)/obj/%.o)
STAGE_OBJ := $(STAGE_SRC:src/%.c=$(BUILD)/stage/%.o)
HAVE_MAIN := $(wildcard src/cmd/main.c)
HAVE_STAGE := $(wildcard src/stage/main.c)
PROGRAMS := $(if $(HAVE_MAIN),$(BUILD)/tiercel) $(if $(HAVE_STAGE),$(BUILD)/tiercel-stage)

# --- flags ---------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wvla -Walloca -Wundef -Wformat=2 \
	-Wcast-qual -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Wredundant-decls \
	-Wno-missing-field-initializers
ifneq ($(filter true 1,$(CI) $(WERROR)),)
WARN += -Werror
endif
IS_CLANG := $(findstring clang,$(notdir $(CC)))
HARDEN := -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
# clang 15 and older hide zero initialisation behind this switch; later ones warn that it is unused.
ifneq ($(IS_CLANG),)
HARDEN += $(shell echo 'int x;' | $(CC) -ftrivial-auto-var-init=zero -Werror -xc -c -o /dev/null - \
	2>/dev/null || echo -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
endif
RELRO := -Wl,-z,relro,-z,now,-z,noexecstack
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
INCLUDE := -Isrc -Iinclude
BANNED := -include base/banned.h
COMMON := -std=gnu17 -D_GNU_SOURCE $(INCLUDE) $(WARN) -g -fno-common -fPIE -MMD -MP
ifdef SAN
# Sanitizer builds are for tests: dynamic, and without what would hide a finding.
OPT := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPT += $(if $(FUZZ),-fsanitize=fuzzer-no-link)
WARN := $(filter-out -Werror,$(WARN)) -Wno-maybe-uninitialized
WARN += $(if $(IS_CLANG),-Wno-unknown-warning-option)
LINK := -pie
else
OPT := -O2 $(FORTIFY) $(HARDEN)
LINK := -static-pie $(RELRO)
endif
HOST_FLAGS := $(COMMON) $(OPT) $(CFLAGS)
LIBS := -lyaml -ljansson -lseccomp
# Only these rooms know the version and where the stage is installed, so that another PREFIX rebuilds little.
PLACES := -DTIERCEL_VERSION=\"$(VERSION)\" -DTIERCEL_LIBEXEC=\"$(PREFIX)/libexec/tiercel\"

# The stage is built against musl and the kernel's own headers, never with sanitizers.
ARCH := $(shell uname -m)
MUSL := /usr/include/$(ARCH)-linux-musl
MUSL_LIB := /usr/lib/$(ARCH)-linux-musl
STAGE_FLAGS := $(COMMON) -O2 $(FORTIFY) $(HARDEN) $(CFLAGS) -isystem $(BUILD)/kernel
ifneq ($(IS_CLANG),)
STAGE_CC := $(CC) -nostdlibinc -isystem $(MUSL)
else
STAGE_CC := $(STAGE_LD)
endif

# --- build ---------------------------------------------------------------------------------------
.PHONY: all objects help FORCE
all: objects $(PROGRAMS) $(if $(HAVE_MAIN),$(BUILD)/pages.stamp)

objects: $(OBJ) $(STAGE_OBJ)

# Objects depend on the flags they were made with, by files that change only when the flags do.
$(BUILD)/host.flags: NOW = $(CC) $(HOST_FLAGS)
$(BUILD)/places.flags: NOW = $(PLACES)
$(BUILD)/stage.flags: NOW = $(STAGE_CC) $(STAGE_FLAGS)
$(BUILD)/%.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(NOW)' | cmp -s - $@ || printf '%s\n' '$(NOW)' >$@

$(BUILD)/obj/cmd/%.o $(BUILD)/obj/sandbox/%.o: HOST_FLAGS += $(PLACES)
$(filter $(BUILD)/obj/cmd/% $(BUILD)/obj/sandbox/%,$(OBJ)): $(BUILD)/places.flags

$(BUILD)/obj/%.o: src/%.c $(BUILD)/host.flags
	@mkdir -p $(@D)
	@echo "  CC      $*.c"
	@$(CC) $(HOST_FLAGS) $(BANNED) -c -o $@ $<

$(BUILD)/tiercel: $(OBJ)
	@echo "  LD      $@"
	@$(CC) $(HOST_FLAGS) $(LINK) -o $@ $(OBJ) $(LIBS)

$(BUILD)/kernel:
	@mkdir -p $@
	@ln -sfn /usr/include/linux $@/linux
	@ln -sfn /usr/include/asm-generic $@/asm-generic
	@ln -sfn /usr/include/$(ARCH)-linux-gnu/asm $@/asm

$(BUILD)/stage/%.o: src/%.c $(BUILD)/stage.flags | $(BUILD)/kernel
	@mkdir -p $(@D)
	@echo "  STAGE   $*.c"
	@$(STAGE_CC) $(STAGE_FLAGS) $(BANNED) -c -o $@ $<

# musl-gcc knows no -static-pie, so its start files are named here.
$(BUILD)/tiercel-stage: $(STAGE_OBJ)
	@echo "  LD      $@"
	@$(STAGE_LD) -static -nostartfiles -Wl,-pie,--no-dynamic-linker $(RELRO) -o $@ \
		$(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(STAGE_OBJ) $(MUSL_LIB)/crtn.o

-include $(OBJ:.o=.d) $(STAGE_OBJ:.o=.d)
