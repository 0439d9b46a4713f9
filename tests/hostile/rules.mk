# SPDX-License-Identifier: Apache-2.0
# What stands in for the proxy in tests of the walls around it; never installed.
HOSTILE := $(BUILD)/hostile/tiercel-proxy
.PHONY: hostile
hostile: $(HOSTILE)

$(HOSTILE): $(wildcard tests/hostile/*.c) src/plan/egress.h $(BUILD)/host.flags
	@mkdir -p $(@D)
	@echo "  HOSTILE $(@F)"
	@$(CC) $(filter-out -MMD -MP,$(TEST_FLAGS)) $(LINK) -o $@ $(filter %.c,$^)
