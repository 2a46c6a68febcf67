# make            build/timerleak, build/libtimerleak.so, the timer library gotime, manual pages
# make test       everything is built and tested; ends with "N passed, N failed"
# make demo       records a leaky server and a system binary, and shows both reports
# make bench      what the shim costs, gotime and pprof beside; BENCH=shim, rivals, families, gotime, views,
#                 growth: one
# make experiments  the timers of C and Go that the README shows side by side
# make stress     many threads at once on gotime; make tsan: the same under ThreadSanitizer
# make verdicts   workloads of known truth: false alarms, misses; SECONDS, SEEDS, WORKLOADS, BUSY=1
# make fuzz       damaged recordings for the analyzer, for FUZZ_SECONDS; needs clang
# make fresh      both of README's commands on a Debian that was just installed into a folder; as root
# make install    PREFIX, DESTDIR, BINDIR, LIBDIR, …; the tree may be moved; make uninstall
# make deb        Debian packages, in BUILD
# make clean | format | format-check | lint
#
# CC=clang, WERROR=1, BUILD=dir; SANITIZE=thread (or any list) builds into build/thread;
# SUITES='build/unit/shim build/e2e' tests only these. To build for another machine: CC, CXX, LD,
# AR and OBJCOPY for it, and RUN=emulator for what the build itself runs.

# As many steps at once as there are processors, unless told otherwise: a make above this one tells it
# in the environment, and here MAKEFLAGS does not have it yet.
ifeq ($(filter -j% --jobserver%,$(shell echo "$$MAKEFLAGS")),)
MAKEFLAGS += -j$(shell nproc)
endif

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

# $(call once,NAME,COMMAND): what a command says, asked for when NAME is used first.
once = $(eval $(1) := $(shell $(2)))$($(1))

# Not before, so that `make test` can install what is missing first.
PACKAGES := libdw libelf jansson libprotobuf-c libmicrohttpd libedit
PACKAGES_LINKED = $(call once,PACKAGES_LINKED,pkg-config --libs $(PACKAGES))
PACKAGES_COMPILED = $(call once,PACKAGES_COMPILED,pkg-config --cflags $(PACKAGES))
LIBRARIES = $(PACKAGES_LINKED) -liberty -lz -lm
LIBRARY_FLAGS = $(PACKAGES_COMPILED) -I$(GENERATED)
CRITERION = $(call once,CRITERION,pkg-config --libs criterion)

MANUAL := $(wildcard analyzer/manual/*.c)
# What goes into the kernel, what loads it there or speaks to it, and the rest of the tracer.
PROBES := analyzer/trace/probes.bpf.c
TRACE_LOADER := $(addprefix analyzer/trace/,main.c tracer.c already.c meaning.c host.c sites.c programs.c probes.c probes_object.S)
TRACE := $(filter-out $(PROBES) $(TRACE_LOADER),$(wildcard analyzer/trace/*.c))
ANALYZER := $(filter-out $(MANUAL) analyzer/trace/%,$(wildcard analyzer/*.c analyzer/*/*.c analyzer/*/*/*.c))
PROFILE := $(GENERATED)/profile.pb-c
PROFILE_OBJECT := $(OBJ)/generated/profile.pb-c.c.o
SHIM := $(filter-out preload/gotime/%,$(wildcard preload/*/*.c preload/*/*.S))
EXPORTS := $(wildcard preload/exports.map)
GOTIME := $(wildcard preload/gotime/*.c)
GOTIME_LIBRARIES := $(BUILD)/libgotime.so $(BUILD)/libgotime.a
SUITE_DIRS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*.c))))
# Timers with int ids, of glibc before 2.3.3, are on x86-64 alone.
ELSEWHERE := $(if $(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),,tests/programs/posix_int_ids.c)
# What is for a library that is not here is left out: "// library: pc:NAME", or HEADER without pc:.
SOURCES := $(wildcard tests/programs/*.c tests/programs/*.cpp tests/bench/families/*.c \
		tests/bench/families/*.cpp)
LIBRARIES_USED := $(sort $(shell sed -n 's|^// library: *||p' $(SOURCES)))
present = $(shell { case $(1) in (pc:*) pkg-config --exists $(1:pc:%=%) ;; \
	(*) printf '\043include <$(1)>\n' | $(CC) -E - ;; esac; } >/dev/null 2>&1 && echo yes)
MISSING := $(foreach library,$(LIBRARIES_USED),$(if $(call present,$(library)),,$(library)))
WITHOUT := $(foreach library,$(MISSING),$(shell grep -lx '// library: $(library)' $(SOURCES)))
BUILDABLE := $(filter-out $(ELSEWHERE) $(WITHOUT),$(SOURCES))
PROGRAMS := $(filter tests/programs/%,$(BUILDABLE))
BENCHES := $(wildcard tests/bench/*.c tests/bench/*.cpp) $(filter tests/bench/%,$(BUILDABLE))
DEMOS := $(wildcard scripts/demo/*.c)
STRESSES := $(wildcard tests/stress/*.c)
program_names = $(patsubst tests/%,$(BUILD)/%,$(patsubst scripts/%,$(BUILD)/%,$(basename $(1))))
objects = $(patsubst %,$(OBJ)/%.o,$(1))

.PHONY: all families test demo bench experiments stress tsan verdicts fuzz fresh install uninstall deb clean format format-check lint programs suites run-test run-demo
.DELETE_ON_ERROR:

# Without libbpf, or a clang that builds for the kernel, `timerleak trace` says what is missing.
BPF_CLANG ?= clang
TRACER := $(if $(wildcard analyzer/trace/probes.c),$(if $(shell pkg-config --exists libbpf 2>/dev/null && command -v $(BPF_CLANG)),$(BUILD)/timerleak-trace))

all: $(BUILD)/timerleak $(BUILD)/libtimerleak.so families $(GOTIME_LIBRARIES) $(BUILD)/manual $(TRACER)

# $(call say,WORD): a line for each step, before its command: [WHICH/HOW MANY] WORD TARGET. How many
# there are, make itself knows only in the end. So the first of them asks a second make, which runs
# nothing (-n) and writes a mark for each; where nothing is to be done, nothing is asked.
ifdef COUNTING
say = @: a step;
else
STEPS = $(call once,STEPS,env -u MAKEFLAGS -u MFLAGS $(MAKE) -n $(filter-out -j% --jobserver%,$(MFLAGS)) \
	$(MAKEOVERRIDES) COUNTING=1 PACKAGES_LINKED= PACKAGES_COMPILED= CRITERION= $(MAKECMDGOALS) \
	2>/dev/null | grep -c '^: a step;')
step = $(eval TAKEN += $@)$(words $(TAKEN))
say = $(info [$(step)/$(STEPS)] $(1) $@)@mkdir -p $(@D) &&
endif

$(BUILD)/timerleak: $(call objects,$(ANALYZER)) $(PROFILE_OBJECT)
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -o $@ $^ $(LIBRARIES) -pthread

# ---- what watches processes from outside ----

$(BUILD)/timerleak-trace: $(call objects,$(TRACE) $(TRACE_LOADER) $(filter-out analyzer/main.c,$(ANALYZER))) $(PROFILE_OBJECT)
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -o $@ $^ $(LIBRARIES) -lbpf -pthread

# In one form for all kernels: it says what it needs of theirs, and libbpf fits it in (CO-RE).
BPF_MACHINE = $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
BPF_ARCH = $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(BPF_MACHINE)))
BPF_OBJECT := $(OBJ)/analyzer/trace/probes.bpf.o
$(BPF_OBJECT): $(PROBES) $(OBJ)/flags
	$(call say,$(BPF_CLANG)) $(BPF_CLANG) -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -O2 -g -Ianalyzer $(WARN) \
		-idirafter /usr/include/$(BPF_MACHINE)-linux-gnu -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
$(OBJ)/analyzer/trace/probes_object.S.o: $(BPF_OBJECT)
$(OBJ)/analyzer/trace/probes_object.S.o: OBJ_FLAGS += -DPROBES='"$(BPF_OBJECT)"'

# A copy of libgcc's, which asks stacks/bare.c what it knows of code.
UNWINDER := -static-libgcc -Wl,--wrap=_Unwind_Find_FDE

# Links nothing but libc: a preloaded library's own libraries would be forced on every program.
# In as few mappings as there can be: each takes a fork, and a start, half a microsecond.
# No -z defs under a sanitizer: clang leaves its runtime to the executable.
$(BUILD)/libtimerleak.so: $(call objects,$(SHIM)) $(EXPORTS)
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -shared -Wl,-soname,libtimerleak.so -Wl,-z,now \
		-Wl,-z,relro -Wl,-z,noseparate-code $(if $(SANITIZE),,-Wl,-z,defs) $(UNWINDER) -Wl,--exclude-libs,ALL \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)) -o $@ $(filter %.o,$^)

# ---- beside the shim: what wraps the timers of another library, an object for each ----

WRAP := $(wildcard preload/families/wrap/*.[cS])
FAMILIES := $(patsubst preload/families/%/exports.map,%,$(wildcard preload/families/*/exports.map))
family_sources = $(wildcard preload/families/$(1)/*.c)
family_object = $(BUILD)/libtimerleak-$(patsubst lib%,%,$(1)).so
FAMILY_OBJECTS := $(foreach family,$(FAMILIES),$(call family_object,$(family)))

define family_rule
$(call family_object,$(1)): $(call objects,$(call family_sources,$(1)) $(WRAP)) preload/families/$(1)/exports.map
	$$(call say,ld) $$(CC) $$(CFLAGS) $$(LDFLAGS) $$(OBJ_FLAGS) -shared -Wl,-soname,$$(@F) -Wl,-z,now \
		-Wl,-z,relro $$(if $$(SANITIZE),,-Wl,-z,defs) -static-libgcc \
		-Wl,--version-script=preload/families/$(1)/exports.map -o $$@ $$(filter %.o,$$^)
endef
$(foreach family,$(FAMILIES),$(eval $(call family_rule,$(family))))

families: $(FAMILY_OBJECTS)

# ---- manual pages and completion: a program of the build's own writes all of them ----

PAGES := $(patsubst analyzer/manual/%,$(BUILD)/%,$(wildcard analyzer/manual/man/man*/*))

$(OBJ)/manual: $(call objects,$(MANUAL) $(filter-out analyzer/main.c,$(ANALYZER))) $(PROFILE_OBJECT)
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/manual: $(OBJ)/manual $(wildcard analyzer/manual/man/*/* analyzer/manual/completion/*)
	@mkdir -p $(sort $(dir $(PAGES))) $(BUILD)/completion && $(RUN) $< analyzer/manual $(BUILD) && touch $@

# ---- gotime ----

# Never unloaded: its threads run on in it.
$(BUILD)/libgotime.so.0: $(call objects,$(GOTIME))
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(OBJ_FLAGS) -shared -Wl,-soname,libgotime.so.0 -Wl,-z,relro \
		-Wl,-z,nodelete $(if $(SANITIZE),,-Wl,-z,defs) -pthread -o $@ $^
$(BUILD)/libgotime.so: $(BUILD)/libgotime.so.0
	@ln -sf $(<F) $@

# As one object, in which all names but those of gotime.h are local: they can't meet a program's.
$(BUILD)/libgotime.a: $(call objects,$(GOTIME))
	$(call say,ar) $(LD) -r -o $(OBJ)/gotime.o $^ && \
		$(OBJCOPY) --localize-hidden $(OBJ)/gotime.o && rm -f $@ && $(AR) rcs $@ $(OBJ)/gotime.o

# ---- objects ----

# `make test` and `make demo` see to it first; who starts with `make` alone is told.
need = @{ $(1); } >/dev/null 2>&1 || { echo "$(2): scripts/deps installs what is missing" >&2; exit 1; }

$(BUILD)/%: OBJ_FLAGS = $(SANITIZE_FLAGS)
$(OBJ)/analyzer/% $(OBJ)/generated/%: OBJ_FLAGS = $(SANITIZE_FLAGS) $(LIBRARY_FLAGS)
$(OBJ)/preload/%: OBJ_FLAGS = $(SANITIZE_FLAGS) -fPIC -fvisibility=hidden -ftls-model=initial-exec \
		-fno-plt
$(OBJ)/checked/%: OBJ_FLAGS = $(CHECKED_FLAGS) $(LIBRARY_FLAGS)

compile = $(call say,$(firstword $(CC))) $(CC) $(C_FLAGS) $(OBJ_FLAGS) -c -o $@ $<
$(OBJ)/%.c.o: %.c $(OBJ)/flags
	$(compile)
$(OBJ)/%.S.o: %.S $(OBJ)/flags
	$(compile)
$(OBJ)/checked/%.c.o: %.c $(OBJ)/flags | $(PROFILE).h
	$(compile)
$(OBJ)/generated/%.c.o: $(GENERATED)/%.c $(OBJ)/flags
	$(compile)

# The page's files are built into it.
$(OBJ)/analyzer/exports/html.c.o $(OBJ)/checked/analyzer/exports/html.c.o: \
		$(wildcard analyzer/exports/html/page/*)
$(call objects,$(ANALYZER) $(TRACE) $(filter %.c,$(TRACE_LOADER))): | $(PROFILE).h
$(PROFILE).h: $(PROFILE).c
$(PROFILE).c: analyzer/exports/profile.proto | $(OBJ)/flags
	$(call need,pkg-config --exists $(PACKAGES) && command -v protoc-c,not all libraries are here)
	$(call say,protoc-c) protoc-c --c_out=$(@D) --proto_path=$(<D) $(<F)

# Rewritten only when it would differ: then everything is built anew. Comes before any step.
$(OBJ)/flags: $(if $(COUNTING),,FORCE)
	$(call need,command -v $(firstword $(CC)),there is no $(firstword $(CC)))
	@mkdir -p $(@D)
	@echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CXX) $(C_FLAGS) $(SANITIZE) $(LDFLAGS)' > $@
FORCE:

# ---- programs of one file: their first lines may say "// build: FLAGS" and "// link: FLAGS" ----
# "// link: -lgotime" takes the shared library, "// link: -l:libgotime.a" the other.

said = $$(sed -n '1,10s|^// $(1): *||p' $<)
packages = $$(sed -n '1,10s|^// library: *pc:||p' $< | xargs -r pkg-config --cflags --libs)
define one_file_programs
$(BUILD)/$(1)/%: $(2)/%.c $(OBJ)/flags
	$$(call say,$(firstword $(CC))) mkdir -p $(OBJ)/$(1) && $$(CC) -std=gnu11 -D_GNU_SOURCE= -MMD -MP \
		-MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 -pthread $$(call said,build) \
		-o $$@ $$< -ldl $$(GOTIME_FLAGS) $$(call said,link) $$(packages)
$(BUILD)/$(1)/%: $(2)/%.cpp $(OBJ)/flags
	$$(call say,$(firstword $(CXX))) mkdir -p $(OBJ)/$(1) && $$(CXX) -MMD -MP \
		-MF $(OBJ)/$(1)/$$(@F).d $$(WARN) -Ipreload -g -O2 -pthread $$(call said,build) \
		-o $$@ $$< -ldl $$(GOTIME_FLAGS) $$(call said,link) $$(packages)
endef
$(eval $(call one_file_programs,programs,tests/programs))
$(eval $(call one_file_programs,bench,tests/bench))
$(eval $(call one_file_programs,demo,scripts/demo))

with_gotime = $(shell grep -ls '^// link:.*gotime' $(PROGRAMS) $(BENCHES) $(DEMOS))
GOTIME_USERS := $(call program_names,$(filter tests/programs/%,$(with_gotime))) \
		$(call program_names,$(filter tests/bench/%,$(with_gotime))) \
		$(call program_names,$(filter scripts/demo/%,$(with_gotime)))
$(GOTIME_USERS): GOTIME_FLAGS = -L$(BUILD) -Wl,-rpath,'$$ORIGIN/..' $(SANITIZE_FLAGS)
$(GOTIME_USERS): $(GOTIME_LIBRARIES)

# Go, in the versions that differ in how their timers are kept, as far as they are here. Nothing is
# fetched for them.
GO_SOURCES := $(wildcard tests/programs/go/*.go)
GO_1_19 := $(wildcard /usr/lib/go-1.19/bin/go)
GO_1_23 := $(wildcard /usr/lib/go-1.23/bin/go)
go_names = $(patsubst tests/%.go,$(BUILD)/%$(1),$(GO_SOURCES))
GO_PROGRAMS := $(if $(GO_1_19),$(call go_names) $(call go_names,-stripped)) \
		$(if $(GO_1_23),$(call go_names,-1.23) $(call go_names,-1.23-stripped)) \
		$(addprefix $(BUILD)/programs/go/with_c,$(if $(GO_1_19),-pie) $(if $(GO_1_23),-1.23-pie))
go_build = $(call say,go) GO111MODULE=on GOTOOLCHAIN=local GOPROXY=off GOFLAGS= \
		GOCACHE=$${GOCACHE:-$(abspath $(OBJ))/go} $(1) build -o $@ $(2) $<
$(BUILD)/programs/go/%: tests/programs/go/%.go
	$(call go_build,$(GO_1_19))
$(BUILD)/programs/go/%-stripped: tests/programs/go/%.go
	$(call go_build,$(GO_1_19),-ldflags='-s -w')
$(BUILD)/programs/go/%-pie: tests/programs/go/%.go
	$(call go_build,$(GO_1_19),-buildmode=pie -ldflags='-s -w')
$(BUILD)/programs/go/%-1.23: tests/programs/go/%.go
	$(call go_build,$(GO_1_23))
$(BUILD)/programs/go/%-1.23-stripped: tests/programs/go/%.go
	$(call go_build,$(GO_1_23),-ldflags='-s -w')
$(BUILD)/programs/go/%-1.23-pie: tests/programs/go/%.go
	$(call go_build,$(GO_1_23),-buildmode=pie -ldflags='-s -w')

programs: $(call program_names,$(PROGRAMS)) $(call program_names,$(DEMOS)) \
		$(call program_names,$(BENCHES)) $(BUILD)/verdicts/simulator $(GO_PROGRAMS)

# ---- tests: one binary for each directory below tests/unit, and one for tests/e2e ----

suite_sources = $(wildcard tests/unit/$(1)/*.c tests/unit/$(1)/*/*.c)
ANALYZER_SUITES := $(addprefix $(BUILD)/unit/,$(filter-out shim gotime tracer,$(SUITE_DIRS)))
TRACER_SUITE := $(addprefix $(BUILD)/unit/,$(filter tracer,$(SUITE_DIRS)))
SHIM_SUITE := $(addprefix $(BUILD)/unit/,$(filter shim,$(SUITE_DIRS)))
GOTIME_SUITE := $(addprefix $(BUILD)/unit/,$(filter gotime,$(SUITE_DIRS)))
E2E := $(if $(wildcard tests/e2e/*.c),$(BUILD)/e2e)
SUITES ?= $(ANALYZER_SUITES) $(TRACER_SUITE) $(SHIM_SUITE) $(GOTIME_SUITE) $(E2E)

LIMIT := $(OBJ)/tests/limit.c.o $(OBJ)/tests/sanitizer.c.o
link_suite = $(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) \
		$(CRITERION) $(LIBRARIES) -pthread
.SECONDEXPANSION:
$(TRACER_SUITE): $(patsubst %,$(OBJ)/checked/%.o,$(TRACE))
$(ANALYZER_SUITES) $(TRACER_SUITE): $$(patsubst %,$(OBJ)/checked/%.o,$$(call suite_sources,$$(@F)) \
		$(filter-out analyzer/main.c,$(ANALYZER))) $(PROFILE_OBJECT) $(LIMIT)
	$(call link_suite,$(CHECKED_FLAGS))
# And what objects beside the shim are made of, as far as it wraps nothing by itself.
$(SHIM_SUITE): $(call objects,$(call suite_sources,shim) $(SHIM) analyzer/recording/records.c $(wildcard \
		$(addprefix preload/families/wrap/,callsite.c memory.c places.c))) $(EXPORTS) $(LIMIT)
	$(call link_suite,$(SANITIZE_FLAGS) $(UNWINDER) -Wl$(comma)--wrap=modules_is_shim \
		$(addprefix -Wl$(comma)--version-script=,$(EXPORTS)))
$(GOTIME_SUITE): $(call objects,$(call suite_sources,gotime) $(GOTIME)) $(LIMIT)
	$(call link_suite,$(SANITIZE_FLAGS))
$(E2E): $(call objects,$(wildcard tests/e2e/*.c)) $(LIMIT)
	$(call link_suite,$(SANITIZE_FLAGS))

# The second make sees what the first one has installed.
test demo:
	@scripts/deps
	@$(MAKE) --no-print-directory run-$@

suites: $(SUITES)

run-test: all programs suites
	@TIMERLEAK_BUILD=$(abspath $(BUILD)) scripts/run-suites $(SUITES)

run-demo: all $(call program_names,$(DEMOS))
	@scripts/run-demo $(BUILD)

bench: all $(call program_names,$(BENCHES))
	@scripts/bench $(BUILD) $(BENCH)

experiments: $(GOTIME_LIBRARIES)
	@scripts/experiments $(BUILD)

# Criterion does not start under ThreadSanitizer: what it is to see are programs of their own, with
# a main(), linked with the library's objects.
$(BUILD)/stress/%: $(OBJ)/tests/stress/%.c.o $(call objects,$(GOTIME))
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE_FLAGS) -o $@ $^ -pthread

.SECONDARY: $(call objects,$(STRESSES))
stress: $(call program_names,$(STRESSES))
	@set -e; for program in $^; do echo "== $$program"; timeout -k 10 300 $$program; done

tsan:
	@$(MAKE) --no-print-directory SANITIZE=thread stress

$(BUILD)/verdicts/simulator: $(call objects,$(wildcard tests/verdicts/*.c)) $(GOTIME_LIBRARIES)
	$(call say,ld) $(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE_FLAGS) -o $@ $(filter %.o,$^) -L$(BUILD) \
		-Wl,-rpath,'$$ORIGIN/..' -lgotime -lm

SECONDS ?= 2
SEEDS ?= 5
WORKLOADS ?= .
verdicts: all $(BUILD)/verdicts/simulator
	@tests/verdicts/run $(BUILD) $(SECONDS) $(SEEDS) '$(WORKLOADS)' $(BUSY)

FUZZ_SECONDS ?= 300
$(BUILD)/fuzz/report: tests/fuzz/report.c $(filter-out analyzer/main.c,$(ANALYZER)) $(PROFILE).c
	$(call say,clang) clang $(filter-out -MMD -MP,$(C_FLAGS)) $(LIBRARY_FLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $^ $(LIBRARIES)

fuzz: all programs $(BUILD)/fuzz/report
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS)

fresh:
	@scripts/fresh $(BUILD)/fresh

# ---- installing ----

BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/timerleak
# Where the command looks for its shim, wherever the tree lies.
SHIMDIR = $(abspath $(BINDIR)/../lib/timerleak)
PCDIR = $(LIBDIR)/pkgconfig
VERSION = $(shell sed -n 's/.*TIMERLEAK_VERSION "\(.*\)"/\1/p' analyzer/base/version.h)

# $(call to,MODE,DIRECTORY,FILES): what goes where, a word MODE:FILE:PLACE for each file.
to = $(foreach file,$(3),$(1):$(file):$(2)/$(notdir $(file)))
INSTALLED = $(call to,755,$(BINDIR),$(BUILD)/timerleak) \
		755:scripts/ci-report:$(BINDIR)/timerleak-ci-report \
		$(call to,644,$(SHIMDIR),$(BUILD)/libtimerleak.so $(FAMILY_OBJECTS)) $(call to,755,$(SHIMDIR),$(TRACER)) \
		$(call to,644,$(LIBDIR),$(BUILD)/libgotime.so.0 $(BUILD)/libgotime.a) \
		$(call to,644,$(PCDIR),$(PKGCONFIG)) \
		$(call to,644,$(INCLUDEDIR),preload/gotime/gotime.h preload/verify/timerleak_verify.h) \
		$(call to,644,$(MANDIR)/man1,$(filter %.1,$(PAGES))) \
		$(call to,644,$(MANDIR)/man3,preload/gotime/gotime.3 preload/verify/timerleak_verify.3) \
		$(call to,644,$(MANDIR)/man5,$(filter %.5,$(PAGES))) \
		644:$(BUILD)/completion/timerleak.bash:$(DATADIR)/bash-completion/completions/timerleak \
		$(call to,644,$(DATADIR)/zsh/site-functions,$(BUILD)/completion/_timerleak) \
		$(call to,644,$(DATADIR)/fish/vendor_completions.d,$(BUILD)/completion/timerleak.fish) \
		$(call to,644,$(DATADIR)/timerleak,scripts/grafana.json) \
		$(call to,644,$(DOCDIR),LICENSE README.md) \
		$(call to,644,$(DOCDIR)/examples,$(filter-out %/verify,$(wildcard scripts/examples/*))) \
		$(call to,644,$(DOCDIR)/examples/verify,$(wildcard scripts/examples/verify/*))
PLACES = $(foreach entry,$(INSTALLED),$(lastword $(subst :, ,$(entry)))) $(LIBDIR)/libgotime.so
# Where nothing else is left they go, too; what every prefix has stays.
DIRECTORIES = $(filter-out $(BINDIR)/ $(LIBDIR)/ $(INCLUDEDIR)/,$(sort $(dir $(PLACES)))) \
		$(addprefix $(DATADIR)/,bash-completion zsh fish)

# They name everything relative to themselves, as far as it lies below the prefix.
PKGCONFIG = $(BUILD)/gotime.pc $(BUILD)/timerleak.pc
below_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
$(BUILD)/gotime.pc: preload/gotime/gotime.pc.in
$(BUILD)/timerleak.pc: preload/verify/timerleak.pc.in
$(PKGCONFIG): FORCE
	@sed -e "s|@PREFIX@|\$${pcfiledir}/$$(realpath -ms --relative-to=$(PCDIR) $(PREFIX)/)|" \
		-e 's|@LIBDIR@|$(call below_prefix,$(LIBDIR))|' \
		-e 's|@INCLUDEDIR@|$(call below_prefix,$(INCLUDEDIR))|' \
		-e 's|@SHIMDIR@|$(call below_prefix,$(SHIMDIR))|' \
		-e 's|@VERSION@|$(VERSION)|' $(filter %.in,$^) > $@.$$$$ && mv -f $@.$$$$ $@

# Files appear whole, by rename: running programs keep the shim that they have mapped, and those
# that start meanwhile never find half of one.
install: all $(PKGCONFIG)
	@printf '%s\n' $(INSTALLED) | while IFS=: read -r mode file place; do \
		place="$(DESTDIR)$$place" && echo "  $$place" && \
		install -D -m $$mode $$file "$$place.new" && mv -f "$$place.new" "$$place" || exit; \
	done
	@ln -sf libgotime.so.0 "$(DESTDIR)$(LIBDIR)/libgotime.so"
	@[ -n "$(DESTDIR)" ] || ldconfig 2>/dev/null || true

uninstall:
	@rm -f $(addprefix $(DESTDIR),$(PLACES))
	@printf '%s\n' $(addprefix $(DESTDIR),$(DIRECTORIES)) | sort -r | xargs rmdir 2>/dev/null || true

deb:
	@scripts/deps --deb
	@scripts/deb $(BUILD)

# ---- the rest ----

clean:
	rm -rf $(BUILD)

FORMATTED = $(shell find analyzer preload tests scripts -name '*.[ch]' -o -name '*.cpp')
format:
	@clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run -Werror $(FORMATTED)

# Scripts that are sourced share variables; words are split where they shall be.
SHARED := SC1090,SC1091,SC2034,SC2154
ON_PURPOSE := SC2046,SC2064
SCRIPTS = $(shell grep -lE '^\#!/bin/(ba)?sh|^\# shellcheck shell' scripts/* tests/*/run .ci/run 2>/dev/null)
lint: $(call objects,$(SHIM) $(WRAP) $(foreach family,$(FAMILIES),$(call family_sources,$(family))) \
		$(GOTIME) $(ANALYZER) $(MANUAL) $(TRACE) $(TRACE_LOADER))
	scripts/rooms $(BUILD)
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
		--std=c11 -Ipreload -Ianalyzer -i $(PROBES) analyzer preload
	shellcheck --severity=warning --exclude=$(SHARED),$(ON_PURPOSE) $(SCRIPTS)

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
