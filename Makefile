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
STAGE_SHARED := base/buf.c base/err.c base/fd.c base/path.c plan/op.c plan/plan.c plan/verify.c \
	linux/caps.c linux/channel.c linux/landlock.c linux/limits.c linux/listen.c linux/mount.c linux/netlink.c \
	linux/netns.c linux/nft.c linux/overlay.c linux/pty.c linux/seccomp.c linux/userns.c
STAGE_SRC := $(STAGE_OWN) $(wildcard $(STAGE_SHARED:%=src/%))
OBJ := $(SRC:src/%.c=$(BUILD)/obj/%.o)
STAGE_OBJ := $(STAGE_SRC:src/%.c=$(BUILD)/stage/%.o)
PROXY_SRC := $(wildcard src/proxy/*.c)
PROXY_OBJ := $(PROXY_SRC:src/%.c=$(BUILD)/obj/%.o)
HAVE_MAIN := $(wildcard src/cmd/main.c)
HAVE_STAGE := $(wildcard src/stage/main.c)
PROGRAMS := $(if $(HAVE_MAIN),$(BUILD)/tiercel) $(if $(HAVE_STAGE),$(BUILD)/tiercel-stage) $(BUILD)/tiercel-proxy

# --- flags ---------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wvla -Walloca -Wundef -Wformat=2 \
	-Wcast-qual -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Wredundant-decls \
	-Wno-missing-field-initializers
ifneq ($(filter true 1,$(CI) $(WERROR)),)
STRICT := 1
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
# Quoted includes only: src/linux/mount.h must never stand in for the kernel header of that name.
INCLUDE := -iquote src -Iinclude
BANNED := -include src/base/banned.h
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

objects: $(OBJ) $(STAGE_OBJ) $(PROXY_OBJ)

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
include src/proxy/rules.mk

# --- manual pages and completion, out of the parser's own tables -----------------------------------
MAN := tiercel.1 tiercel-policy.5 \
	$(patsubst src/cmd/cmd_%.c,tiercel-%.1,$(filter-out %_internal.c,$(wildcard src/cmd/cmd_*.c)))
COMPLETION := bash/tiercel zsh/_tiercel fish/tiercel.fish
$(BUILD)/pages.stamp: $(BUILD)/tiercel tools/pages Makefile
	@tools/pages $(BUILD)/tiercel $(BUILD) $(MAN) -- $(COMPLETION) || $(if $(STRICT),false,true)
	@touch $@

# --- install -------------------------------------------------------------------------------------
.PHONY: install uninstall clean
BIN_DIR := $(DESTDIR)$(PREFIX)/bin
LIBEXEC_DIR := $(DESTDIR)$(PREFIX)/libexec/tiercel
MAN_DIR := $(DESTDIR)$(PREFIX)/share/man
BASH_DIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_DIR := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_DIR := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
MAN_PATH = $(MAN_DIR)/man$(patsubst .%,%,$(suffix $(1)))/$(1)
install: all
	install -D -m 755 -t $(BIN_DIR) $(BUILD)/tiercel
	install -D -m 755 -t $(LIBEXEC_DIR) $(BUILD)/tiercel-stage $(BUILD)/tiercel-proxy
	$(foreach m,$(MAN),install -D -m 644 $(BUILD)/man/$(m) $(call MAN_PATH,$(m)) &&) :
	install -D -m 644 $(BUILD)/completion/bash/tiercel $(BASH_DIR)/tiercel
	install -D -m 644 $(BUILD)/completion/zsh/_tiercel $(ZSH_DIR)/_tiercel
	install -D -m 644 $(BUILD)/completion/fish/tiercel.fish $(FISH_DIR)/tiercel.fish

uninstall:
	rm -f $(BIN_DIR)/tiercel $(addprefix $(LIBEXEC_DIR)/tiercel-,stage proxy) $(foreach m,$(MAN),$(call MAN_PATH,$(m)))
	rm -f $(BASH_DIR)/tiercel $(ZSH_DIR)/_tiercel $(FISH_DIR)/tiercel.fish
	[ ! -d $(LIBEXEC_DIR) ] || rmdir --ignore-fail-on-non-empty $(LIBEXEC_DIR)

clean:
	rm -rf $(BUILD)

# --- tests ---------------------------------------------------------------------------------------
# Unit tests and fuzz harnesses link one archive of everything but the mains, sanitized. The stage's
# own room is in it as well, built like the rest, so that its pure parts can be tested.
.PHONY: unit unit-programs fuzz fuzz-programs fuzz-corpus corpus-programs system escape faults vm-test bench
RESULTS ?= $(BUILD)/results
TEST_SRC := $(wildcard tests/unit/*/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
TESTS := $(TEST_SRC:tests/%.c=$(BUILD)/tests/%)
FUZZERS := $(FUZZ_SRC:tests/%.c=$(BUILD)/tests/%)
CORPUS := $(FUZZERS:%=%-corpus)
ALL_OBJ := $(filter-out %/main.o,$(OBJ) $(PROXY_OBJ) $(STAGE_OWN:src/%.c=$(BUILD)/obj/%.o))
# cmocka.h needs these before it, in whatever order the formatter sorts a test's includes.
CMOCKA := -include stdarg.h -include setjmp.h -include stddef.h -include stdint.h
TEST_FLAGS = $(filter-out -Wmissing-prototypes,$(HOST_FLAGS)) -Itests

$(BUILD)/all.a: $(ALL_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/all.a
	@mkdir -p $(@D)
	@echo "  TEST    $*"
	@$(CC) $(TEST_FLAGS) $(CMOCKA) -MF $@.d -MT $@ $(LINK) -o $@ $< $(BUILD)/all.a -lcmocka $(LIBS)

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/all.a
	@mkdir -p $(@D)
	@echo "  FUZZ    $*"
	@$(CC) $(TEST_FLAGS) -fsanitize=fuzzer -MF $@.d -MT $@ $(LINK) -o $@ $< $(BUILD)/all.a $(LIBS)

# The same harness as a plain program: it runs the files it is given, once each.
$(BUILD)/tests/fuzz/%-corpus: tests/fuzz/%.c tests/fuzz/driver.c $(BUILD)/all.a
	@mkdir -p $(@D)
	@echo "  CORPUS  $*"
	@$(CC) $(filter-out -MMD -MP,$(TEST_FLAGS)) $(LINK) -o $@ $(filter %.c %.a,$^) $(LIBS)

unit-programs: $(TESTS)
corpus-programs: $(CORPUS)
fuzz-programs: $(FUZZERS)

unit:
	@$(MAKE) BUILD=$(BUILD)/san SAN=1 unit-programs
	@tools/run-tests unit $(RESULTS) $(TESTS:$(BUILD)/%=$(BUILD)/san/%)

fuzz-corpus:
	@$(MAKE) BUILD=$(BUILD)/san SAN=1 corpus-programs
	@tools/run-tests corpus $(RESULTS) tests/fuzz/corpus $(CORPUS:$(BUILD)/%=$(BUILD)/san/%)

# Builds the fuzzers; with FUZZ_SECONDS=n it runs each that long, new inputs kept beside the program.
FUZZ_SECONDS ?= 0
fuzz:
	@$(MAKE) BUILD=$(BUILD)/fuzz CC=clang SAN=1 FUZZ=1 fuzz-programs
	@[ $(FUZZ_SECONDS) = 0 ] || tools/run-tests fuzz $(FUZZ_SECONDS) tests/fuzz/corpus \
		$(FUZZERS:$(BUILD)/%=$(BUILD)/fuzz/%)

# The attacks are one static program, so that it runs inside sandboxes of every kind.
ESCAPE := $(BUILD)/escape/probe
$(ESCAPE): $(wildcard tests/escape/*.c) tests/escape/probe.h $(BUILD)/host.flags
	@mkdir -p $(@D)
	@echo "  ESCAPE  $(@F)"
	@$(CC) $(filter-out -MMD -MP,$(TEST_FLAGS)) $(LINK) -o $@ $(filter %.c,$^)
escape: $(ESCAPE)
-include tests/ablate/rules.mk tests/hostile/rules.mk

# The fault injector, and what it runs inside; it knows the registers of one architecture.
FAULTS := $(patsubst tests/%.c,$(BUILD)/%,$(if $(filter x86_64,$(ARCH)),$(wildcard tests/faults/*.c)))
$(BUILD)/faults/%: tests/faults/%.c $(BUILD)/obj/base/num.o
	@mkdir -p $(@D)
	@echo "  FAULTS  $(@F)"
	@$(CC) $(filter-out -MMD -MP,$(TEST_FLAGS)) $(LINK) -o $@ $^
faults: $(FAULTS)

system: all escape ablate faults hostile
	@TIERCEL_BUILD=$(abspath $(BUILD)) tools/run-tests system $(RESULTS) $(PYTHON) $(PYTEST_ARGS)

# On emulated machines with cgroup v2 and systemd; their disk is made once, as root, in VM.
VM ?= $(BUILD)/vm
vm-test: all
	@tools/vm-image $(VM)
	@TIERCEL_VM=$(abspath $(VM)) TIERCEL_BUILD=$(abspath $(BUILD)) $(PYTHON) -B -m pytest -q -s \
		-p no:cacheprovider $(PYTEST_ARGS) tests/vm

# The floor that figures are held against is built as the stage is: static, against musl.
FLOOR := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*.c))
$(BUILD)/bench/%: bench/%.c $(BUILD)/stage.flags | $(BUILD)/kernel
	@mkdir -p $(@D)
	@$(STAGE_LD) $(STAGE_FLAGS) -MF $@.d -MT $@ -fno-pie -static $(RELRO) -o $@ $<
bench: all $(FLOOR)
	@for b in start work diff density egress; do [ ! -x bench/$$b ] || \
		TIERCEL_BUILD=$(abspath $(BUILD)) bench/$$b || exit 1; done

# --- checks --------------------------------------------------------------------------------------
HEADERS := $(wildcard src/*/*.h include/*.h)
.PHONY: check gates stage-sources format format-check tidy analyze compilers shell
C_FILES := $(wildcard src/*/*.[ch] include/*.h tests/*/*.[ch] tests/unit/*/*.[ch] bench/*.[ch])
format:
	clang-format -i --style=file $(C_FILES)
format-check:
	@clang-format --style=file --dry-run --Werror $(C_FILES)
gates:
	@tools/check $(if $(RESULTS),--results $(RESULTS))
stage-sources:
	@echo $(STAGE_SRC)
shell:
	@shellcheck $$(tools/scripts)

compilers:
	@$(MAKE) BUILD=$(BUILD)/gcc WERROR=1 CC=gcc all
	@$(MAKE) BUILD=$(BUILD)/clang WERROR=1 CC=clang all

TIDIED := $(patsubst src/%.c,$(BUILD)/tidy/%.ok,$(SRC) $(PROXY_SRC) $(STAGE_OWN))
tidy: $(TIDIED)
$(BUILD)/tidy/%.ok: src/%.c $(HEADERS) .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY    $*.c"
	@clang-tidy --quiet --warnings-as-errors='*' $< -- -std=gnu17 -D_GNU_SOURCE $(INCLUDE) \
		$(BANNED) $(PLACES) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

ANALYZED := $(patsubst src/%.c,$(BUILD)/analyze/%.o,$(STAGE_OWN) $(wildcard src/linux/*.c src/plan/*.c))
analyze: $(ANALYZED)
$(BUILD)/analyze/%.o: src/%.c
	@mkdir -p $(@D)
	@echo "  ANALYZE $*.c"
	@gcc $(HOST_FLAGS) -fanalyzer -Werror $(BANNED) -c -o $@ $<

# Every part runs, whatever failed before it; the last line names those that did.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
check:
	@bad=; for part in gates shell compilers analyze tidy unit fuzz-corpus; do \
		$(MAKE) $(JOBS) -k --no-print-directory $$part || bad="$$bad $$part"; \
	done; [ -z "$$bad" ] || { echo "make check: failed:$$bad"; exit 1; }; echo "make check: all passed"

help:
	@echo "all        tiercel, tiercel-stage, tiercel-proxy, manual pages, completion"
	@echo "check      every gate, both compilers, analysers, unit tests"
	@echo "unit       unit tests; fuzz-corpus: fuzz seeds as plain tests (both with sanitizers)"
	@echo "system     tests of real sandboxes; PYTEST_ARGS= chooses some"
	@echo "vm-test    tests in virtual machines with cgroup v2 and systemd; needs root for their disk"
	@echo "fuzz       builds the fuzzers; FUZZ_SECONDS=n runs them"
	@echo "bench      figures against peers, side by side"
	@echo "gates, format, format-check, shell, compilers, tidy, analyze"
	@echo "install, uninstall   PREFIX=$(PREFIX) DESTDIR="
	@echo "Variables: BUILD=$(BUILD) CC=$(CC) SAN=1 WERROR=1 CFLAGS="

-include $(OBJ:.o=.d) $(PROXY_OBJ:.o=.d) $(STAGE_OBJ:.o=.d) $(ANALYZED:.o=.d) $(addsuffix .d,$(TESTS) $(FUZZERS))
