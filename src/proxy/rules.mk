# SPDX-License-Identifier: Apache-2.0
# Links tiercel-proxy, which stands on the floor alone.
PROXY_LIBS := -Wl,--no-warnings -lcares -lssl -lcrypto
$(BUILD)/tiercel-proxy: $(PROXY_OBJ) $(filter $(BUILD)/obj/base/%,$(OBJ))
	@echo "  LD      $@"
	@$(CC) $(HOST_FLAGS) $(LINK) -o $@ $^ $(PROXY_LIBS)
$(BUILD)/tests/unit/proxy/%: LIBS += $(PROXY_LIBS)
# The libraries refer to calls of libc that would want its shared libraries, and are never made
# here; the linker would warn of them each time.
