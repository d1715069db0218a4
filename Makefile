# ISC license.
#
# make                     builds build/stillroot
# make install DESTDIR=D   lays it out under D
# make image ROOT=D        installs into the image root D and bakes it; BAKE has options of init-bake
# make demo | check | lint | unit | fuzz | bench
# make graph | growth      boots, and draws doc/boot-graph.svg or doc/growth.svg anew

CC = gcc
DESTDIR =
ROOT =
BAKE =
BUILD = build

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wcast-qual -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Werror
CFLAGS = -O2 -std=c11
CPPFLAGS = -D_GNU_SOURCE -Ilib -Iinit -Iinit/stage -Iinit/bake -Imods
LDFLAGS = -static
LDLIBS = -ls6 -lexecline -lskarnet
# of the program that applies mods alone: process 1 has no parser of what strangers send
MODS_LDLIBS = -larchive -lacl -lzstd -llz4 -llzma -lbz2 -lz -ljansson -lskarnet
HARDEN = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -ffunction-sections -fdata-sections

LIB_OBJS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*.c))
INIT_OBJS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard init/*.c init/stage/*.c init/bake/*.c))
MODS_OBJS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard mods/*.c)) $(BUILD)/init/verbosity.o
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
FUZZ_TARGETS = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
SERVICES = $(wildcard services.d/*/*)
MAN1 = $(wildcard init/*.1)
MAN8 = $(wildcard init/*.8 mods/*.8)
# all of the mods program but its main
MODS_UNITS = $(filter-out mods/mods.c,$(wildcard mods/*.c)) init/verbosity.c
SANITIZED_OBJS = $(patsubst %.c,$(BUILD)/sanitized/%.o,$(wildcard lib/*.c) $(MODS_UNITS))
FUZZED_OBJS = $(patsubst %.c,$(BUILD)/fuzzed/%.o,$(wildcard lib/*.c) $(MODS_UNITS))
FUZZED = -O1 -g -Wall -Wextra -Werror -fno-sanitize-recover=all -fsanitize=address,undefined
SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

all : $(BUILD)/stillroot $(BUILD)/stillroot-mods

# the tools are installed where they are missing, once
$(BUILD)/deps-% : tests/deps
	@mkdir -p $(BUILD)
	@tests/deps $*
	@touch $@

$(BUILD)/stillroot : $(INIT_OBJS) $(BUILD)/libstillroot.a
	@echo 'link $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -o $@ $(INIT_OBJS) $(BUILD)/libstillroot.a $(LDLIBS)

$(BUILD)/stillroot-mods : $(MODS_OBJS) $(BUILD)/libstillroot.a
	@echo 'link $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -o $@ $(MODS_OBJS) $(BUILD)/libstillroot.a $(MODS_LDLIBS)

$(BUILD)/libstillroot.a : $(LIB_OBJS)
	@rm -f $@
	@ar rcs $@ $(LIB_OBJS)

$(BUILD)/%.o : %.c Makefile | $(BUILD)/deps-build
	@mkdir -p $(@D)
	@echo 'cc $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $(HARDEN) -MMD -MP -c -o $@ $<

# unit tests: the library's units, dynamic, under the sanitizers
$(BUILD)/sanitized/%.o : %.c Makefile | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) -std=c11 $(WARN) $(SANITIZE) -MMD -MP -c -o $@ $<

$(BUILD)/unit/% : tests/unit/%.c $(wildcard tests/*.h tests/unit/*.h) $(SANITIZED_OBJS) Makefile | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@echo 'cc $@ (sanitized)'
	@$(CC) $(CPPFLAGS) -std=c11 $(WARN) $(SANITIZE) -o $@ $< $(SANITIZED_OBJS) -lcmocka $(LDLIBS) $(MODS_LDLIBS)

unit : $(UNIT_TESTS)

# the whole of it, still static, ended by undefined behaviour: the boot tests run on it too
ubsan :
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/ubsan CFLAGS="-O1 -g -std=c11 -fsanitize=undefined -fno-sanitize-recover=all" all

$(BUILD)/fuzzed/%.o : %.c Makefile | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@clang $(CPPFLAGS) -std=c11 $(FUZZED),fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/% : tests/fuzz/%.c tests/fuzz/fuzz.h $(wildcard tests/*.h) $(FUZZED_OBJS) Makefile | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@echo 'clang $@ (libFuzzer, sanitized)'
	@clang $(CPPFLAGS) -std=c11 $(FUZZED),fuzzer -o $@ $< $(FUZZED_OBJS) $(LDLIBS) $(MODS_LDLIBS)

fuzz : $(FUZZ_TARGETS)
	@tests/fuzz/run

install : $(BUILD)/stillroot $(BUILD)/stillroot-mods
	install -D -m 0755 $(BUILD)/stillroot $(DESTDIR)/usr/lib/stillroot/stillroot
	install -D -m 0755 $(BUILD)/stillroot-mods $(DESTDIR)/usr/lib/stillroot/stillroot-mods
	mkdir -p $(DESTDIR)/usr/bin
	ln -sfn usr/lib/stillroot/stillroot $(DESTDIR)/init
	for p in with-contenv printcontenv lsiown init-status init-bake ; do ln -sfn ../lib/stillroot/stillroot $(DESTDIR)/usr/bin/$$p ; done
	for s in $(SERVICES) ; do m=0644 ; test ! -x $$s || m=0755 ; install -D -m $$m $$s $(DESTDIR)/usr/lib/stillroot/$$s ; done
	for m in $(MAN1) ; do install -D -m 0644 $$m $(DESTDIR)/usr/share/man/man1/$${m##*/} ; done
	for m in $(MAN8) ; do install -D -m 0644 $$m $(DESTDIR)/usr/share/man/man8/$${m##*/} ; done

image : $(BUILD)/stillroot $(BUILD)/stillroot-mods
	@test -n "$(ROOT)" || { echo "make image: fatal: say which image root: make image ROOT=DIR" >&2 ; exit 100 ; }
	@test -d "$(ROOT)" || { echo "make image: fatal: $(ROOT) is not a directory" >&2 ; exit 100 ; }
	$(MAKE) --no-print-directory install DESTDIR="$(ROOT)"
	$(BUILD)/stillroot init-bake $(BAKE) "$(ROOT)"

demo : all | $(BUILD)/deps-demo
	@tests/demo

check : $(BUILD)/deps-check
	@tests/check

bench : all | $(BUILD)/deps-bench
	@tests/bench/run

# a part of bench; draws doc/growth.svg anew
growth : all | $(BUILD)/deps-bench
	@tests/bench/growth doc/growth.svg

# draws doc/boot-graph.svg anew
graph : all | $(BUILD)/deps-graph
	@tests/graph

lint : all | $(BUILD)/deps-check
	@tests/lint

clean :
	rm -rf $(BUILD)

.PHONY : all unit ubsan fuzz install image demo check bench growth graph lint clean
.DELETE_ON_ERROR :
.SECONDARY :

-include $(MODS_OBJS:.o=.d) $(LIB_OBJS:.o=.d) $(INIT_OBJS:.o=.d) $(SANITIZED_OBJS:.o=.d) $(FUZZED_OBJS:.o=.d)
