# SPDX-License-Identifier: Apache-2.0
# Programs with walls taken away, for tests alone: the product has no switch for this. A wall is a file here
# whose __wrap_ functions stand in for the real ones; names joined by + are taken away together.
ABLATED := seccomp landlock pivot readonly mask caps caps+gate nnp nnp+caps+gate hide keyring fds limits group \
	user mount pid net ipc uts cgroup time pivot+landlock readonly+landlock keyring+seccomp fds+landlock
ABLATE := $(ABLATED:%=$(BUILD)/ablate/%/tiercel-stage) $(BUILD)/ablate/tiercel-gate
WALLS = $(patsubst %,tests/ablate/%.c,$(filter-out gate,$(subst +, ,$(1))))
WRAPS = $$(sed -n 's/.*__wrap_\([a-z_]*\)(.*/-Wl,--wrap=\1/p; s/^WITHOUT(.*/-Wl,--wrap=userns_clone/p' $(1) | sort -u)
.PHONY: ablate
ablate: $(ABLATE)

$(BUILD)/ablate/%/tiercel-stage: $(STAGE_OBJ) $(wildcard tests/ablate/*)
	@mkdir -p $(@D)
	@echo "  ABLATE  $*"
	@$(STAGE_LD) $(filter-out -MMD -MP,$(STAGE_FLAGS)) -static -nostartfiles -Wl,-pie,--no-dynamic-linker \
		$(call WRAPS,$(call WALLS,$*)) -o $@ $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o \
		$(call WALLS,$*) $(STAGE_OBJ) $(MUSL_LIB)/crtn.o

$(BUILD)/ablate/tiercel-gate: $(OBJ) tests/ablate/gate.c
	@mkdir -p $(@D)
	@echo "  ABLATE  gate"
	@$(CC) $(filter-out -MMD -MP,$(HOST_FLAGS)) $(LINK) -Wl,--wrap=gate_check -o $@ $(filter %.o %.c,$^) $(LIBS)
