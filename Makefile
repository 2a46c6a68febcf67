# make            build/timerleak and build/libtimerleak.so
# make test       everything is built and tested; ends with "N passed, N failed"
# make demo       records a leaky server and a system binary, and shows both reports
# make bench      what the shim costs, as ratios of preloaded to bare
# make fuzz       damaged recordings for the analyzer, for FUZZ_SECONDS; needs clang
# make install    PREFIX, DESTDIR
# make clean | format | format-check | lint
#
# CC=clang, WERROR=1, BUILD=dir; SANITIZE=thread (or any list) builds into build/thread;
# SUITES='build/unit/shim build/e2e' tests only these.

CC ?= cc
CXX ?= c++
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
comma := ,
BUILD ?= build$(if $(SANITIZE),/$(subst $(comma),+,$(SANITIZE)))
OBJ := $(BUILD)/obj

WARN := -Wall -Wextra $(if $(WERROR),-Werror)
C_WARN := $(WARN) -Wshadow -Wstrict-prototypes -Wmissing-prototypes
C_FLAGS := -std=gnu11 -D_GNU_SOURCE= -Ipreload -Ianalyzer -MMD -MP $(C_WARN) $(CFLAGS) $(CPPFLAGS)
sanitize = $(if $(1),-fsanitize=$(1) -fno-sanitize-recover=all -fno-omit-frame-pointer)
SANITIZE_FLAGS = $(call sanitize,$(SANITIZE))
# The analyzer reads files that anyone may have made: its tests always run sanitized.
CHECKED_FLAGS = $(if $(SANITIZE),$(SANITIZE_FLAGS),$(call sanitize,address$(comma)undefined))

# Evaluated when used, so that `make test` can install what is missing first.
LIBRARIES = $(shell pkg-config --libs libdw libelf jansson) -liberty -lz
LIBRARY_FLAGS = $(shell pkg-config --cflags libdw libelf jansson)
CRITERION = $(shell pkg-config --libs criterion)

ANALYZER := $(wildcard analyzer/*.c analyzer/*/*.c)
SHIM := $(wildcard preload/shim/*.c preload/shim/*.S preload/families/*.c)
EXPORTS := $(wildcard preload/shim/exports.map)
SUITE_DIRS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*.c))))
PROGRAMS := $(wildcard tests/programs/*.c tests/programs/*.cpp)
BENCHES := $(wildcard tests/bench/*.c tests/bench/*.cpp)
DEMOS := $(wildcard scripts/demo/*.c)
program_names = $(addprefix $(BUILD)/$(1)/,$(basename $(notdir $(2))))
objects = $(patsubst %,$(OBJ)/%.o,$(1))

.PHONY: all test demo bench fuzz install clean format format-check lint programs suites run-test run-demo
.DELETE_ON_ERROR:

all: $(BUILD)/timerleak $(BUILD)/libtimerleak.so

$(BUILD)/timerleak: $(call objects,$(ANALYZER))
	$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -o $@ $^ $(LIBRARIES)

# Links nothing but libc: a preloaded library's own libraries would be forced on every program.
# No -z defs under a sanitizer: clang leaves its runtime to the executable.
$(BUILD)/libtimerleak.so: $(call objects,$(SHIM)) $(EXPORTS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -shared -Wl,-soname,libtimerleak.so -Wl,-z,now \
		-Wl,-z,relro $(if $(SANITIZE),,-Wl,-z,defs) -static-libgcc -Wl,--exclude-libs,ALL \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)) -o $@ $(filter %.o,$^)

# ---- objects ----

$(BUILD)/%: OBJ_FLAGS = $(SANITIZE_FLAGS)
$(OBJ)/analyzer/%: OBJ_FLAGS = $(SANITIZE_FLAGS) $(LIBRARY_FLAGS)
$(OBJ)/preload/%: OBJ_FLAGS = $(SANITIZE_FLAGS) -fPIC -fvisibility=hidden -ftls-model=initial-exec \
		-fno-plt
$(OBJ)/checked/%: OBJ_FLAGS = $(CHECKED_FLAGS) $(LIBRARY_FLAGS)

compile = @mkdir -p $(@D) && echo "  $(firstword $(CC)) $@" && \
		$(CC) $(C_FLAGS) $(OBJ_FLAGS) -c -o $@ $<
$(OBJ)/%.c.o: %.c $(OBJ)/flags
	$(compile)
$(OBJ)/%.S.o: %.S $(OBJ)/flags
	$(compile)
$(OBJ)/checked/%.c.o: %.c $(OBJ)/flags
	$(compile)

# Rewritten only when it would differ: then everything is built anew.
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' > $@
FORCE:

# ---- programs of one file: their first lines may say "// build: FLAGS" and "// link: FLAGS" ----

said = $$(sed -n '1,10s|^// $(1): *||p' $<)
define one_file_programs
$(BUILD)/$(1)/%: $(2)/%.c $(OBJ)/flags
	@mkdir -p $$(@D) $(OBJ)/$(1) && echo "  $(firstword $(CC)) $$@"
	@$$(CC) -std=gnu11 -D_GNU_SOURCE= -MMD -MP -MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 \
		-pthread $$(call said,build) -o $$@ $$< -ldl $$(call said,link)
$(BUILD)/$(1)/%: $(2)/%.cpp $(OBJ)/flags
	@mkdir -p $$(@D) $(OBJ)/$(1) && echo "  $(firstword $(CXX)) $$@"
	@$$(CXX) -MMD -MP -MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 -pthread \
		$$(call said,build) -o $$@ $$< -ldl $$(call said,link)
endef
$(eval $(call one_file_programs,programs,tests/programs))
$(eval $(call one_file_programs,bench,tests/bench))
$(eval $(call one_file_programs,demo,scripts/demo))

programs: $(call program_names,programs,$(PROGRAMS)) $(call program_names,demo,$(DEMOS))

# ---- tests: one binary for each directory below tests/unit, and one for tests/e2e ----

suite_sources = $(wildcard tests/unit/$(1)/*.c tests/unit/$(1)/*/*.c)
ANALYZER_SUITES := $(addprefix $(BUILD)/unit/,$(filter-out shim,$(SUITE_DIRS)))
SHIM_SUITE := $(addprefix $(BUILD)/unit/,$(filter shim,$(SUITE_DIRS)))
E2E := $(if $(wildcard tests/e2e/*.c),$(BUILD)/e2e)
SUITES ?= $(ANALYZER_SUITES) $(SHIM_SUITE) $(E2E)

link_suite = @mkdir -p $(@D) && $(CC) $(CFLAGS) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) \
		$(CRITERION) $(LIBRARIES) -pthread
.SECONDEXPANSION:
$(ANALYZER_SUITES): $$(patsubst %,$(OBJ)/checked/%.o,$$(call suite_sources,$$(@F)) \
		$(filter-out analyzer/main.c,$(ANALYZER)))
	$(call link_suite,$(CHECKED_FLAGS))
$(SHIM_SUITE): $(call objects,$(call suite_sources,shim) $(SHIM)) $(EXPORTS)
	$(call link_suite,$(SANITIZE_FLAGS) -Wl$(comma)--wrap=modules_is_shim \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)))
$(E2E): $(call objects,$(wildcard tests/e2e/*.c))
	$(call link_suite,$(SANITIZE_FLAGS))

# The second make sees what the first one has installed.
test demo:
	@scripts/deps
	@$(MAKE) --no-print-directory run-$@

suites: $(SUITES)

run-test: all programs suites
	@TIMERLEAK_BUILD=$(abspath $(BUILD)) scripts/run-suites $(SUITES)

run-demo: all $(call program_names,demo,$(DEMOS))
	@scripts/run-demo $(BUILD)

bench: all $(call program_names,bench,$(BENCHES))
	@scripts/bench $(BUILD)

FUZZ_SECONDS ?= 300
$(BUILD)/fuzz/report: tests/fuzz/report.c $(filter-out analyzer/main.c,$(ANALYZER))
	@mkdir -p $(@D)
	@clang $(filter-out -MMD -MP,$(C_FLAGS)) $(LIBRARY_FLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $^ $(LIBRARIES)

fuzz: all programs $(BUILD)/fuzz/report
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS)

# ---- the rest ----

install: all
	install -D -m 755 $(BUILD)/timerleak $(DESTDIR)$(PREFIX)/bin/timerleak
	install -D -m 755 $(BUILD)/libtimerleak.so $(DESTDIR)$(PREFIX)/lib/timerleak/libtimerleak.so

clean:
	rm -rf $(BUILD)

FORMATTED = $(shell find analyzer preload tests scripts -name '*.[ch]' -o -name '*.cpp')
format:
	@clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run -Werror $(FORMATTED)

lint:
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
		--std=c11 -Ipreload -Ianalyzer analyzer preload

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
