# SPDX-License-Identifier: LGPL-2.1-or-later
# The front door; the building itself is Meson's. Lines with ## are `make help`.

BUILD ?= build
PREFIX ?= /usr/local
KERNEL ?= 7.2
export BUILD

.PHONY: all setup help demo demo-vm check check-long vm machines bench linux-source kernel kernel-check install clean

all: setup ## build the library and the tool in build/
	@ninja -C $(BUILD) --quiet >$(BUILD)/ninja.log; status=$$?; \
	grep -v 'no work to do' $(BUILD)/ninja.log; exit $$status

# Installs what is missing (as root or with sudo, saying what), and nothing when nothing is.
setup:
	@tools/setup build
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --prefix $(PREFIX) >/dev/null || \
		meson setup $(BUILD) --prefix $(PREFIX)

demo: all ## confine a sample project's build on this machine: what was allowed, denied, why
	@examples/demo/demo $(BUILD)/tool/rootward

demo-vm: all machines ## the same with BPF LSM, on a Linux 7.2 in a virtual machine
	@examples/demo/demo-vm $(BUILD)/tool/rootward

check: all linux-source ## all tests: here, with sanitizers, on three kernels and on one of our own (up to 75 minutes)
	@tests/check

check-long: all linux-source ## check, and what takes longer
	@tests/check --long

vm: all machines ## a shell in a virtual machine with rootward installed (KERNEL=6.1, 6.12 or 7.2)
	@tests/vm/vm shell --kernel $(KERNEL) --add "$$(command -v bash):/usr/bin/bash" \
		--add $(BUILD)/tool/rootward:/usr/bin/rootward --add examples:/root/examples

machines: # QEMU and the kernels, fetched once
	@tools/setup vm
	@tests/vm/fetch

bench: all machines ## rootward bench, where need be in a virtual machine; there by instructions, too (3 minutes)
	@bench/run

linux-source: machines # what builds Linux, and its source, fetched once
	@tools/setup kernel
	@tests/vm/fetch source

kernel: linux-source ## Linux with the series in kernel/, and as it is (15 minutes or more, once)
	@kernel/build plain
	@kernel/build series

kernel-check: all kernel ## does that series do what it promises (10 minutes)
	@kernel/check | tests/vm/tap-count

install: all ## install to PREFIX (/usr/local), beneath DESTDIR if set
	@meson configure $(BUILD) --prefix $(PREFIX)
	@meson install -C $(BUILD)

clean: ## remove what was built; what was fetched stays
	@rm -rf build build-asan

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
