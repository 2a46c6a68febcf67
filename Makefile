# make            build/timerleak, build/libtimerleak.so and the timer library gotime
# make test       everything is built and tested; ends with "N passed, N failed"
# make demo       records a leaky server and a system binary, and shows both reports
# make bench      what the shim costs, gotime and pprof beside; BENCH=shim, gotime or views: one
# make experiments  the timers of C and Go that the README shows side by side
# make stress     many threads at once on gotime; make tsan: the same under ThreadSanitizer
# make fuzz       damaged recordings for the analyzer, for FUZZ_SECONDS; needs clang
# make install    PREFIX, DESTDIR
# make clean | format | format-check | lint
#
# CC=clang, WERROR=1, BUILD=dir; SANITIZE=thread (or any list) builds into build/thread;
# SUITES='build/unit/shim build/e2e' tests only these.

CC ?= cc
CXX ?= c++
CFLAGS ?= -O2 -g
OBJCOPY ?= objcopy
PREFIX ?= /usr/local
comma := ,
BUILD ?= build$(if $(SANITIZE),/$(subst $(comma),+,$(SANITIZE)))
OBJ := $(BUILD)/obj
GENERATED := $(BUILD)/generated

WARN := -Wall -Wextra $(if $(WERROR),-Werror)
C_WARN := $(WARN) -Wshadow -Wstrict-prototypes -Wmissing-prototypes
C_FLAGS := -std=gnu11 -D_GNU_SOURCE= -Ipreload -Ianalyzer -MMD -MP $(C_WARN) $(CFLAGS) $(CPPFLAGS)
sanitize = $(if $(1),-fsanitize=$(1) -fno-sanitize-recover=all -fno-omit-frame-pointer)
SANITIZE_FLAGS = $(call sanitize,$(SANITIZE))
# The analyzer reads files that anyone may have made: its tests always run sanitized.
CHECKED_FLAGS = $(if $(SANITIZE),$(SANITIZE_FLAGS),$(call sanitize,address$(comma)undefined))

# Evaluated when used, so that `make test` can install what is missing first.
LIBRARIES = $(shell pkg-config --libs libdw libelf jansson libprotobuf-c libmicrohttpd libedit) -liberty -lz -lm
LIBRARY_FLAGS = $(shell pkg-config --cflags libdw libelf jansson libprotobuf-c libmicrohttpd libedit) -I$(GENERATED)
CRITERION = $(shell pkg-config --libs criterion)

ANALYZER := $(wildcard analyzer/*.c analyzer/*/*.c analyzer/*/*/*.c)
PROFILE := $(GENERATED)/profile.pb-c
PROFILE_OBJECT := $(OBJ)/generated/profile.pb-c.c.o
SHIM := $(wildcard preload/shim/*.c preload/shim/*.S preload/families/*.c)
EXPORTS := $(wildcard preload/shim/exports.map)
GOTIME := $(wildcard preload/gotime/*.c)
GOTIME_LIBRARIES := $(BUILD)/libgotime.so $(BUILD)/libgotime.a
SUITE_DIRS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*.c))))
PROGRAMS := $(wildcard tests/programs/*.c tests/programs/*.cpp)
BENCHES := $(wildcard tests/bench/*.c tests/bench/*.cpp)
DEMOS := $(wildcard scripts/demo/*.c)
STRESSES := $(wildcard tests/stress/*.c)
program_names = $(addprefix $(BUILD)/$(1)/,$(basename $(notdir $(2))))
objects = $(patsubst %,$(OBJ)/%.o,$(1))

.PHONY: all test demo bench experiments stress tsan fuzz install clean format format-check lint programs suites run-test run-demo
.DELETE_ON_ERROR:

all: $(BUILD)/timerleak $(BUILD)/libtimerleak.so $(GOTIME_LIBRARIES) $(BUILD)/gotime.pc

$(BUILD)/timerleak: $(call objects,$(ANALYZER)) $(PROFILE_OBJECT)
	$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -o $@ $^ $(LIBRARIES)

# Links nothing but libc: a preloaded library's own libraries would be forced on every program.
# No -z defs under a sanitizer: clang leaves its runtime to the executable.
$(BUILD)/libtimerleak.so: $(call objects,$(SHIM)) $(EXPORTS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -shared -Wl,-soname,libtimerleak.so -Wl,-z,now \
		-Wl,-z,relro $(if $(SANITIZE),,-Wl,-z,defs) -static-libgcc -Wl,--exclude-libs,ALL \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)) -o $@ $(filter %.o,$^)

# ---- gotime ----

# Never unloaded: its threads run on in it.
$(BUILD)/libgotime.so.0: $(call objects,$(GOTIME))
	$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -shared -Wl,-soname,libgotime.so.0 -Wl,-z,relro \
		-Wl,-z,nodelete $(if $(SANITIZE),,-Wl,-z,defs) -pthread -o $@ $^
$(BUILD)/libgotime.so: $(BUILD)/libgotime.so.0
	ln -sf $(<F) $@

# As one object, in which all names but those of gotime.h are local: they can't meet a program's.
$(BUILD)/libgotime.a: $(call objects,$(GOTIME))
	$(LD) -r -o $(OBJ)/gotime.o $^
	$(OBJCOPY) --localize-hidden $(OBJ)/gotime.o
	rm -f $@
	$(AR) rcs $@ $(OBJ)/gotime.o

$(BUILD)/gotime.pc: preload/gotime/gotime.pc.in FORCE
	@sed 's|@PREFIX@|$(PREFIX)|' $< > $@

# ---- objects ----

$(BUILD)/%: OBJ_FLAGS = $(SANITIZE_FLAGS)
$(OBJ)/analyzer/% $(OBJ)/generated/%: OBJ_FLAGS = $(SANITIZE_FLAGS) $(LIBRARY_FLAGS)
$(OBJ)/preload/%: OBJ_FLAGS = $(SANITIZE_FLAGS) -fPIC -fvisibility=hidden -ftls-model=initial-exec \
		-fno-plt
$(OBJ)/checked/%: OBJ_FLAGS = $(CHECKED_FLAGS) $(LIBRARY_FLAGS)

compile = @mkdir -p $(@D) && echo "  $(firstword $(CC)) $@" && \
		$(CC) $(C_FLAGS) $(OBJ_FLAGS) -c -o $@ $<
$(OBJ)/%.c.o: %.c $(OBJ)/flags
	$(compile)
$(OBJ)/%.S.o: %.S $(OBJ)/flags
	$(compile)
$(OBJ)/checked/%.c.o: %.c $(OBJ)/flags | $(PROFILE).h
	$(compile)
$(OBJ)/generated/%.c.o: $(GENERATED)/%.c $(OBJ)/flags
	$(compile)

# The page's files are built into it.
$(OBJ)/analyzer/exports/html/assets.c.o $(OBJ)/checked/analyzer/exports/html/assets.c.o: \
		$(wildcard analyzer/exports/html/page/*)
$(call objects,$(ANALYZER)): | $(PROFILE).h
$(PROFILE).h: $(PROFILE).c
$(PROFILE).c: analyzer/exports/profile.proto
	@mkdir -p $(@D)
	protoc-c --c_out=$(@D) --proto_path=$(<D) $(<F)

# Rewritten only when it would differ: then everything is built anew.
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' > $@
FORCE:

# ---- programs of one file: their first lines may say "// build: FLAGS" and "// link: FLAGS" ----
# "// link: -lgotime" takes the shared library, "// link: -l:libgotime.a" the other.

said = $$(sed -n '1,10s|^// $(1): *||p' $<)
define one_file_programs
$(BUILD)/$(1)/%: $(2)/%.c $(OBJ)/flags
	@mkdir -p $$(@D) $(OBJ)/$(1) && echo "  $(firstword $(CC)) $$@"
	@$$(CC) -std=gnu11 -D_GNU_SOURCE= -MMD -MP -MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 \
		-pthread $$(call said,build) -o $$@ $$< -ldl $$(GOTIME_FLAGS) $$(call said,link)
$(BUILD)/$(1)/%: $(2)/%.cpp $(OBJ)/flags
	@mkdir -p $$(@D) $(OBJ)/$(1) && echo "  $(firstword $(CXX)) $$@"
	@$$(CXX) -MMD -MP -MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 -pthread \
		$$(call said,build) -o $$@ $$< -ldl $$(GOTIME_FLAGS) $$(call said,link)
endef
$(eval $(call one_file_programs,programs,tests/programs))
$(eval $(call one_file_programs,bench,tests/bench))
$(eval $(call one_file_programs,demo,scripts/demo))

with_gotime = $(shell grep -ls '^// link:.*gotime' $(PROGRAMS) $(BENCHES) $(DEMOS))
GOTIME_USERS := $(call program_names,programs,$(filter tests/programs/%,$(with_gotime))) \
		$(call program_names,bench,$(filter tests/bench/%,$(with_gotime))) \
		$(call program_names,demo,$(filter scripts/demo/%,$(with_gotime)))
$(GOTIME_USERS): GOTIME_FLAGS = -L$(BUILD) -Wl,-rpath,'$$ORIGIN/..' $(SANITIZE_FLAGS)
$(GOTIME_USERS): $(GOTIME_LIBRARIES)

programs: $(call program_names,programs,$(PROGRAMS)) $(call program_names,demo,$(DEMOS))

# ---- tests: one binary for each directory below tests/unit, and one for tests/e2e ----

suite_sources = $(wildcard tests/unit/$(1)/*.c tests/unit/$(1)/*/*.c)
ANALYZER_SUITES := $(addprefix $(BUILD)/unit/,$(filter-out shim gotime,$(SUITE_DIRS)))
SHIM_SUITE := $(addprefix $(BUILD)/unit/,$(filter shim,$(SUITE_DIRS)))
GOTIME_SUITE := $(addprefix $(BUILD)/unit/,$(filter gotime,$(SUITE_DIRS)))
E2E := $(if $(wildcard tests/e2e/*.c),$(BUILD)/e2e)
SUITES ?= $(ANALYZER_SUITES) $(SHIM_SUITE) $(GOTIME_SUITE) $(E2E)

link_suite = @mkdir -p $(@D) && $(CC) $(CFLAGS) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) \
		$(CRITERION) $(LIBRARIES) -pthread
.SECONDEXPANSION:
$(ANALYZER_SUITES): $$(patsubst %,$(OBJ)/checked/%.o,$$(call suite_sources,$$(@F)) \
		$(filter-out analyzer/main.c,$(ANALYZER))) $(PROFILE_OBJECT)
	$(call link_suite,$(CHECKED_FLAGS))
$(SHIM_SUITE): $(call objects,$(call suite_sources,shim) $(SHIM)) $(EXPORTS)
	$(call link_suite,$(SANITIZE_FLAGS) -Wl$(comma)--wrap=modules_is_shim \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)))
$(GOTIME_SUITE): $(call objects,$(call suite_sources,gotime) $(GOTIME))
	$(call link_suite,$(SANITIZE_FLAGS))
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
	@scripts/bench $(BUILD) $(BENCH)

experiments: $(GOTIME_LIBRARIES)
	@scripts/experiments $(BUILD)

# Criterion does not start under ThreadSanitizer: what it is to see are programs of their own, with
# a main(), linked with the library's objects.
$(BUILD)/stress/%: $(OBJ)/tests/stress/%.c.o $(call objects,$(GOTIME))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE_FLAGS) -o $@ $^ -pthread

.SECONDARY: $(call objects,$(STRESSES))
stress: $(call program_names,stress,$(STRESSES))
	@set -e; for program in $^; do echo "== $$program"; timeout -k 10 300 $$program; done

tsan:
	@$(MAKE) --no-print-directory SANITIZE=thread stress

FUZZ_SECONDS ?= 300
$(BUILD)/fuzz/report: tests/fuzz/report.c $(filter-out analyzer/main.c,$(ANALYZER)) $(PROFILE).c
	@mkdir -p $(@D)
	@clang $(filter-out -MMD -MP,$(C_FLAGS)) $(LIBRARY_FLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $^ $(LIBRARIES)

fuzz: all programs $(BUILD)/fuzz/report
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS)

# ---- the rest ----

install: all
	install -D -m 755 $(BUILD)/timerleak $(DESTDIR)$(PREFIX)/bin/timerleak
	install -D -m 755 $(BUILD)/libtimerleak.so $(DESTDIR)$(PREFIX)/lib/timerleak/libtimerleak.so
	install -D -m 755 $(BUILD)/libgotime.so.0 $(DESTDIR)$(PREFIX)/lib/libgotime.so.0
	ln -sf libgotime.so.0 $(DESTDIR)$(PREFIX)/lib/libgotime.so
	install -D -m 644 $(BUILD)/libgotime.a $(DESTDIR)$(PREFIX)/lib/libgotime.a
	install -D -m 644 $(BUILD)/gotime.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/gotime.pc
	install -D -m 644 preload/gotime/gotime.h $(DESTDIR)$(PREFIX)/include/gotime.h
	install -D -m 644 preload/gotime/gotime.3 $(DESTDIR)$(PREFIX)/share/man/man3/gotime.3

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
