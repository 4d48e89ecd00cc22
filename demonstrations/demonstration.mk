# Included by the Makefile of each demonstration: `make` brings what it needs and runs it on all kernels that it names.
.PHONY: run
run:
	$(MAKE) -C ../.. demonstration NAME=$(notdir $(CURDIR))
