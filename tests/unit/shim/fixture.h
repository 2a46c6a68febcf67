/*
 * fixture.h - what the tests of the shim have in common.
 *
 * The shim is linked into the test binary, whose own recording never starts. A test that needs a
 * recording begins one in a directory of its own: use TestSuite(NAME, .init = begin, .fini = end).
 */
#ifndef TIMERLEAK_TEST_SHIM_FIXTURE_H
#define TIMERLEAK_TEST_SHIM_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "ledger/ledger.h"
#include "recording/records.h" /* the analyzer's */

/*
 * A function of the program that is recorded. All other code of this binary counts as the shim's,
 * which stacks leave out.
 */
#define PROGRAM __attribute__((noinline, section("program")))

/* After a call that must not become a jump. */
#define NO_TAIL_CALL __asm__ volatile("" ::: "memory")

/* A name in the test's own directory; valid until the next call. */
const char *in_directory(const char *name);

void make_directory(void);
void remove_directory(void);

/* Settings for a recording of so many bytes in the directory. */
struct settings settings_of(size_t size);

void begin(void);              /* 4 MiB */
void begin_sized(size_t size); /* the directory is there already */
void end(void);

/* Runs it on a stack that holds nothing but frames of libc and of PROGRAM functions. */
void in_thread(void (*run)(void *argument), void *argument);

/* The same, in this memory. */
void in_thread_on(void *stack, size_t size, void (*run)(void *argument), void *argument);

/* A new timer as a family would report it, made by a PROGRAM function. */
struct timer_ref make_timer(uint32_t family, uint64_t id);
struct timer_ref make_timer_on(clockid_t clock, uint32_t family, uint64_t id, uint32_t flags);

/* Sets it, relative; by the kernel's account it did not run before. */
void arm(struct timer_ref ref, uint64_t value, uint64_t interval);
void arm_with(struct timer_ref ref, uint64_t value, uint64_t interval, struct account before);

/* The string of the recording at this offset. */
const char *string_of(uint32_t offset);

/* What readers make of the record of a site, or of a timer. */
struct site_record site_told(uint32_t site);
struct timer_record timer_told(const struct tlk_timer *timer);

/* Frame `i` of a site. */
uint64_t frame_of_site(const struct tlk_site *site, uint32_t i);

#define SECOND ((uint64_t)1000000000)

#endif
