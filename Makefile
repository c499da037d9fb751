# SPDX-License-Identifier: GPL-3.0-or-later
#
# Detente: `make help` lists the targets. Everything made lies in build/CONFIG/, so that objects of different flags never meet:
#
#   CONFIG=release    gcc or $(CC), -O3 (default)
#   CONFIG=clang      the same by clang
#   CONFIG=asan       address and undefined-behaviour sanitizers
#   CONFIG=tsan       thread sanitizer (clang)
#   CONFIG=mpi        for `mpirun` (`make MPI=1` is the same)
#   CONFIG=coverage   gcov counters
#   CONFIG=fuzz       libFuzzer (clang)
#   CONFIG=aarch64    cross-compiled for ARM (the kernel's tests only)

# `make MPI=1` builds for many processes (sim/engine/mpi.c), in a folder of its own.
CONFIG ?= $(if $(filter 1,$(MPI)),mpi,release)
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0
SOVERSION := 0

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Every processor, unless the command line or the make above says how many.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

ifeq ($(origin CC),default)
CC := $(if $(filter clang tsan fuzz,$(CONFIG)),clang,$(if $(filter aarch64,$(CONFIG)),aarch64-linux-gnu-gcc,gcc))
endif
AR ?= ar
PYTHON ?= /usr/bin/python3
PKG_CONFIG ?= pkg-config
B := build/$(CONFIG)

# ---- flags -----------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wvla -Werror
# Results must not depend on which instructions a machine has: no fused multiply-add, IEEE arithmetic throughout.
EXACT := -ffp-contract=off -fno-fast-math
OPTIMISE := -O3 -g1
OPTIMISE_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMISE_tsan := -O1 -g -fsanitize=thread
OPTIMISE_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMISE_coverage := -O0 -g --coverage
MODEL_FLAGS := -std=gnu11 $(EXACT) $(or $(OPTIMISE_$(CONFIG)),$(OPTIMISE))
CFLAGS ?=
ALL_CFLAGS = $(MODEL_FLAGS) -fPIC -fvisibility=default $(WARNINGS) -Iinclude -Isim $(CFLAGS)
SANITIZE := $(filter -fsanitize=% --coverage -fno-sanitize%,$(OPTIMISE_$(CONFIG)))
ALL_LDFLAGS = $(subst fuzzer-no-link$(comma),,$(SANITIZE)) -Wl,--as-needed $(LDFLAGS)
comma := ,

# HDF5 goes by three names; libhdf5-openmpi-dev repoints the plain one to MPI, so that comes second.
HDF5 = $(eval HDF5 := $$(shell for p in hdf5-serial hdf5; do $(PKG_CONFIG) --exists $$$$p && echo $$$$p && break; done))$(HDF5)
HDF5_CFLAGS = $(if $(HDF5),$(shell $(PKG_CONFIG) --cflags $(HDF5)),$(filter -I%,$(shell h5cc -show 2>/dev/null)))
HDF5_LIBS = $(if $(HDF5),$(patsubst %,-lhdf5_hl,$(HDF5)) $(shell $(PKG_CONFIG) --libs $(HDF5)),$(filter -L% -l% -Wl%,$(shell h5cc -show 2>/dev/null)) -lhdf5_hl -lhdf5)
PACKAGES := gsl yaml-0.1 libdeflate nettle zlib
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $$(if $$(PACKAGES),$$(shell $(PKG_CONFIG) --cflags $$(PACKAGES))) $$(HDF5_CFLAGS))$(PACKAGE_CFLAGS)
LIBS = $(eval LIBS := $$(patsubst -lhdf5,-lhdf5_hl -lhdf5,$$(HDF5_LIBS)) $$(if $$(PACKAGES),$$(shell $(PKG_CONFIG) --libs $$(PACKAGES))) $$(MPI_LIBS) -lpthread -lm)$(LIBS)
OPENMP := -fopenmp
# MPI by its compiler's own words, so that CC stays what it is; Open MPI's, or MPICH's.
ifneq ($(filter 1,$(MPI))$(filter mpi,$(CONFIG)),)
MPICC ?= mpicc
MPI_CFLAGS = $(eval MPI_CFLAGS := $$(filter -I%,$$(shell $(MPICC) --showme:compile 2>/dev/null || $(MPICC) -compile_info)))$(MPI_CFLAGS)
MPI_LIBS = $(eval MPI_LIBS := $$(filter -L% -l% -Wl%,$$(shell $(MPICC) --showme:link 2>/dev/null || $(MPICC) -link_info)))$(MPI_LIBS)
NO_TRANSPORT := alone
else
NO_TRANSPORT := mpi
endif

# ---- sources ---------------------------------------------------------------------------------------------------------

# One source compiled once for each width of lanes; the vector ones exist on x86-64 only. gcc arranges instructions before it gives
# out registers only when asked to (with an eye on their number where there are 16): 5 to 10 % of a turn. clang always does.
KERNEL_SOURCES := $(wildcard sim/model/kernel.c sim/population/invert.c)
ARCH := $(shell $(CC) -dumpmachine 2>/dev/null | sed 's/-.*//')
VARIANTS := scalar $(if $(filter x86_64 amd64,$(ARCH)),v2 v3 v4)
VARIANT_scalar := -DDETENTE_LANES=1
VARIANT_v2 := -DDETENTE_LANES=4 -march=x86-64-v2
VARIANT_v3 := -DDETENTE_LANES=8 -march=x86-64-v3
VARIANT_v4 := -DDETENTE_LANES=16 -march=x86-64-v4 -mprefer-vector-width=512
ifeq ($(findstring clang,$(CC)),)
VARIANT_v3 += -fschedule-insns -fsched-pressure
VARIANT_v4 += -fschedule-insns
endif

CLI_SOURCES := $(wildcard sim/cli/*.c)
LIBRARY_SOURCES := $(filter-out $(KERNEL_SOURCES) $(CLI_SOURCES) sim/engine/$(NO_TRANSPORT).c,$(wildcard sim/*/*.c))
ifeq ($(CONFIG),aarch64)
# What the kernel needs, which is nothing that would have to be installed for ARM.
CLI_SOURCES :=
LIBRARY_SOURCES := $(filter-out $(KERNEL_SOURCES) sim/core/hash.c,$(foreach m,core model strategy population design,$(wildcard sim/$m/*.c)))
PACKAGES :=
HDF5_CFLAGS :=
HDF5_LIBS :=
endif
HEADERS := $(wildcard include/detente/*.h)
# Where npm puts what the page is bundled from: one place for all configurations.
PAGE_PACKAGES := build/page
PAGE_FILES := $(shell find sim/report/page -type f 2>/dev/null)
CONFIG_FILES := $(wildcard configs/*.yaml configs/strategies/*.yaml configs/personas/*.yaml)

KERNEL_OBJECTS := $(foreach s,$(KERNEL_SOURCES:.c=),$(foreach v,$(VARIANTS),$(B)/$s_$v.o))
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.c=$(B)/%.o) $(KERNEL_OBJECTS) $(B)/embedded.o
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(B)/%.o)

# In tests/, test_*.c, bench_*.c, fuzz_*.c and run_*.c are programs; any other source is there for them to use.
PROGRAM_PATTERNS := test_% bench_% fuzz_% run_%
TEST_SOURCES := $(wildcard tests/*/*.c)
is_program = $(filter $(PROGRAM_PATTERNS),$(notdir $(1)))
SUPPORT_SOURCES := $(filter-out tests/cli/% tests/fault/% tests/mutants/%,$(foreach s,$(TEST_SOURCES),$(if $(call is_program,$s),,$s)))
CHECK_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c tests/stat/test_*.c))
FAULT_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/fault/test_*.c))
BENCH_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/bench_*.c))
RUN_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/portability/run_*.c))
FUZZ_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))

# ---- building --------------------------------------------------------------------------------------------------------

all: library $(if $(CLI_SOURCES),$(B)/detente) ## the library and the program (default)

library: $(B)/libdetente.a $(B)/libdetente.so $(B)/detente.pc ## libdetente.a, libdetente.so

# A file that holds its text and is touched only when that changes.
define remember
@mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@
endef

$(B)/flags: FORCE
	$(call remember,$(CC) $(ALL_CFLAGS) $(PACKAGE_CFLAGS) $(ALL_LDFLAGS))
$(B)/prefix: FORCE
	$(call remember,$(PREFIX))
$(B)/objects: FORCE
	$(call remember,$(sort $(LIBRARY_OBJECTS) $(CONFIG_FILES)))
$(B)/revision: FORCE
	@mkdir -p $(@D); tools/revision >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# make V=1 names each file that it makes.
say = $(if $(V),echo "  $(1) $@";)
COMPILE = @mkdir -p $(@D) && $(call say,CC) $(CC) $(ALL_CFLAGS) $(PACKAGE_CFLAGS) -MMD -MP

$(B)/sim/engine/%.o: sim/engine/%.c $(B)/flags
	$(COMPILE) $(OPENMP) $(MPI_CFLAGS:-I%=-isystem %) -c -o $@ $<
$(B)/sim/core/version.o: sim/core/version.c $(B)/flags $(B)/prefix $(B)/revision
	$(COMPILE) -DDETENTE_REVISION='"$(shell cat $(B)/revision 2>/dev/null)"' -DDETENTE_FLAGS='"$(MODEL_FLAGS) $(CFLAGS)"' \
	    -DDETENTE_SHARE='"$(PREFIX)/share/detente"' -c -o $@ $<
$(B)/%.o: %.c $(B)/flags
	$(COMPILE) -c -o $@ $<
$(B)/embedded.o: $(B)/embedded.c $(B)/flags
	$(COMPILE) -c -o $@ $<
$(B)/embedded.c: tools/embed $(CONFIG_FILES) $(B)/objects $(B)/report.html
	@mkdir -p $(@D); $(call say,EMBED) tools/embed configs $(B)/report.html >$@

# The page of `detente report` is bundled by npm. Where there is none, or nothing can be fetched, it is an empty file, the program is
# built without it, and `make page` tries again.
$(B)/npm: FORCE
	$(call remember,$(shell command -v npm))
$(B)/report.html: $(PAGE_FILES) $(B)/npm
	@mkdir -p $(@D); $(call say,PAGE) if [ -z "$$(cat $(B)/npm)" ]; then \
	    : >$@; echo "make: no npm here, so \`detente report\` is built without its page (install npm, then make page)"; \
	elif ! sim/report/page/build $@.new $(PAGE_PACKAGES) >$(B)/report.log 2>&1 || ! mv $@.new $@; then \
	    : >$@; echo "make: \`detente report\` is built without its page: $(B)/report.log says why (make page tries again)"; fi
page: ## the page of `detente report` once more, with what npm fetches
	@rm -f $(B)/npm; $(MAKE) all

define kernel_rule
$(B)/%_$(1).o: %.c $(B)/flags
	$$(COMPILE) $(VARIANT_$(1)) -c -o $$@ $$<
endef
$(foreach v,$(VARIANTS),$(eval $(call kernel_rule,$v)))

$(B)/libdetente.a: $(LIBRARY_OBJECTS) $(B)/objects
	@$(call say,AR) rm -f $@; $(AR) rcs $@ $(LIBRARY_OBJECTS)

# What the public headers declare is exported; the rest stays inside.
$(B)/exports.map: $(HEADERS)
	@mkdir -p $(@D); { echo '{ global:'; grep -ohE '\bdetente_[a-z0-9_]+\(' $(HEADERS) | tr -d '(' | sort -u | sed 's/.*/    &;/'; \
	    echo 'local: *; };'; } >$@
$(B)/libdetente.so: $(LIBRARY_OBJECTS) $(B)/objects $(B)/exports.map
	@$(call say,LD) :
	@$(CC) -shared -Wl,-soname,libdetente.so.$(SOVERSION) -Wl,--version-script=$(B)/exports.map $(ALL_LDFLAGS) $(OPENMP) \
	    -o $@ $(LIBRARY_OBJECTS) $(LIBS)

$(B)/detente: $(CLI_OBJECTS) $(B)/libdetente.a
	@$(call say,LD) $(CC) $(ALL_LDFLAGS) $(OPENMP) -o $@ $^ $(LIBS)

$(B)/detente.pc: detente.pc.in $(B)/flags $(B)/prefix
	@mkdir -p $(@D); sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@HDF5_PACKAGE@|$(HDF5)|' \
	    -e 's|@HDF5_LIBS@|$(if $(HDF5),-lhdf5_hl,$(HDF5_LIBS))|' $< >$@

# ---- tests -----------------------------------------------------------------------------------------------------------

CHECK_CFLAGS = $(shell $(PKG_CONFIG) --cflags check)
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check)
TEST_FLAGS = -Itests $(CHECK_CFLAGS)
# Their own malloc, before the sanitizer's and libc's: only these programs may have it.
FAULT_SOURCES := tests/fault/memory.c tests/fault/operations.c

$(B)/tests/%.o: tests/%.c $(B)/flags
	$(COMPILE) $(TEST_FLAGS) -c -o $@ $<
$(B)/libsupport.a: $(SUPPORT_SOURCES:%.c=$(B)/%.o)
	@rm -f $@; $(AR) rcs $@ $^
$(CHECK_PROGRAMS) $(BENCH_PROGRAMS): $(B)/%: $(B)/%.o $(B)/libsupport.a $(B)/libdetente.a
	@$(call say,LD) $(CC) $(ALL_LDFLAGS) $(OPENMP) -o $@ $^ $(CHECK_LIBS) $(LIBS)
$(FAULT_PROGRAMS): $(B)/%: $(B)/%.o $(FAULT_SOURCES:%.c=$(B)/%.o) $(B)/libsupport.a $(B)/libdetente.a
	@$(call say,LD) $(CC) $(ALL_LDFLAGS) $(OPENMP) -o $@ $^ $(CHECK_LIBS) $(LIBS)
$(FUZZ_PROGRAMS): $(B)/%: $(B)/%.o $(B)/tests/support/everything.o $(B)/libdetente.a
	@$(call say,LD) $(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer $(OPENMP) -o $@ $^ $(LIBS)

$(RUN_PROGRAMS): $(B)/%: $(B)/%.o $(B)/libdetente.a
	@$(call say,LD) $(CC) $(ALL_LDFLAGS) $(if $(filter aarch64,$(CONFIG)),-static,$(OPENMP)) -o $@ $^ $(LIBS)

check-programs: $(CHECK_PROGRAMS)
run-programs: $(RUN_PROGRAMS)
fault-programs: $(FAULT_PROGRAMS)
bench-programs: $(BENCH_PROGRAMS)
fuzz-programs: $(FUZZ_PROGRAMS)

check: ## every test; the last line is "N passed, N failed"
	@tools/deps check
	@tools/check
check-long: ## the tests, leaving nothing out, with those for races, a real Slurm, and ten minutes of fuzzing
	@tools/deps long
	@tools/check --long
bench: ## speed: nanoseconds a turn, encounters and rows a second
	@tools/deps check
	@$(MAKE) CONFIG=release all bench-programs
	@$(MAKE) CONFIG=mpi all
	@tools/bench
fuzz: ## libFuzzer on every reader, FUZZ_SECONDS=600 in all
	@tools/deps check
	@$(MAKE) CONFIG=release all
	@$(MAKE) CONFIG=fuzz CC=clang fuzz-programs
	@tools/fuzz
asan: ## everything with address and undefined-behaviour sanitizers, in build/asan
	@$(MAKE) CONFIG=asan all check-programs
clang: ## everything by clang, in build/clang
	@$(MAKE) CONFIG=clang CC=clang all check-programs
calibration: all ## measure docs/calibration.md's tables anew
	@tools/calibration $(B)/detente --write
lint: ## layering, forbidden calls, sizes, shell scripts, cppcheck
	@tools/lint
format: ## clang-format the C sources in place
	@tools/format
format-check: ## say which sources clang-format would change
	@tools/format --check

# ---- using it --------------------------------------------------------------------------------------------------------

demo: ## build, play every playbook of the library with every kind of customer, write demo.h5 and demo.html
	@tools/deps demo
	@$(MAKE) CONFIG=release all
	@build/release/detente run experiments/playbooks/config.yaml -o demo.h5 --force
	@if [ -s build/release/report.html ]; then build/release/detente report demo.h5 -o demo.html --force; \
	else echo "report: none, for want of npm (install it, then make page demo)"; fi

experiment: ## build, play NAME=mirroring (or all experiments), test it, make its figure and report; SET="PATH=VALUE ..." changes numbers
	@tools/deps demo
	@$(MAKE) CONFIG=release all
	@tools/experiment build/release/detente --folder build/experiments $(SET:%=--set %) $(NAME)

deps: ## install what building and testing need (apt)
	@tools/deps check

docs: all ## generated reference pages and Doxygen, whose warnings are errors
	@tools/docs $(B)/detente

include tools/install.mk

clean: ## remove what was made
	@rm -rf build detente demo.h5 demo.html docs/html

help: ## this list
	@echo "make [TARGET] [CONFIG=release|clang|asan|tsan|coverage] [CC=gcc] [PREFIX=/usr/local] [DESTDIR=] [V=1]"
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile tools/install.mk | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

FORCE:
.PHONY: all library page check check-long bench fuzz asan clang calibration lint format format-check demo experiment deps docs install uninstall clean help \
    check-programs fault-programs bench-programs fuzz-programs run-programs FORCE

-include $(shell find $(B) -name '*.d' 2>/dev/null)
