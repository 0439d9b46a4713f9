# SPDX-License-Identifier: Apache-2.0
# Links tiercel-proxy, which stands on the floor alone.
$(BUILD)/tiercel-proxy: $(PROXY_OBJ) $(filter $(BUILD)/obj/base/%,$(OBJ))
	@echo "  LD      $@"
	@$(CC) $(HOST_FLAGS) $(LINK) -Wl,--no-warnings -o $@ $^ -lcares -lssl -lcrypto
# The library for DNS refers to calls of libc that would want its shared libraries, and are never
# made here; the linker would warn of them each time.
