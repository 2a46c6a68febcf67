/* What the instruction before a return address says of the call: see families/wrap/callsite.h. */
#include "families/wrap/callsite.h"

#include <criterion/criterion.h>
#include <string.h>

#if defined(__x86_64__)

#define CALLER 64 /* offsets in the module: what a call returns to, */
#define ENTRY 128 /* an entry of its linkage table, */
#define SLOT 192  /* and the address that goes by */

static struct {
    _Alignas(8) uint8_t module[256];
    uint8_t hooks[16], elsewhere[16];
} memory;

static const struct callsite_range module = {(uintptr_t)memory.module, sizeof(memory.module)};
static const struct callsite_range hooks = {(uintptr_t)memory.hooks, sizeof(memory.hooks)};

static size_t write_bytes(size_t at, const char *bytes, size_t count)
{
    memcpy(memory.module + at, bytes, count);
    return at + count;
}

/* As the last bytes of an instruction. */
static void write_relative(size_t at, size_t to)
{
    int32_t displacement = (int32_t)to - (int32_t)(at + sizeof(displacement));

    memcpy(memory.module + at, &displacement, sizeof(displacement));
}

static void slot_to(const void *target)
{
    memcpy(memory.module + SLOT, &target, sizeof(target));
}

static void call_entry(const char *prefix, size_t count)
{
    size_t jump = write_bytes(ENTRY, prefix, count);

    write_bytes(CALLER - 5, "\xe8", 1);
    write_relative(CALLER - 4, ENTRY);
    write_relative(write_bytes(jump, "\xff\x25", 2), SLOT);
}

static enum callsite site(void)
{
    return callsite_of(memory.module + CALLER, module, hooks);
}

static void clear(void)
{
    memset(&memory, 0, sizeof(memory));
}

TestSuite(callsite, .init = clear);

Test(callsite, a_call_through_a_linkage_table_names_what_its_slot_holds)
{
    static const struct {
        const char *bytes;
        size_t count;
    } prefixes[] = {{"", 0}, {"\xf3\x0f\x1e\xfa", 4}, {"\xf3\x0f\x1e\xfa\xf2", 5}};

    for (size_t i = 0; i < 3; i++) {
        clear();
        call_entry(prefixes[i].bytes, prefixes[i].count);
        slot_to(memory.hooks);
        cr_expect_eq(site(), CALLSITE_NAME, "entry %zu", i);
        slot_to(memory.elsewhere);
        cr_expect_eq(site(), CALLSITE_FIXED, "entry %zu", i);
    }
}

Test(callsite, a_call_by_a_global_offset_does_too)
{
    write_bytes(CALLER - 6, "\xff\x15", 2);
    write_relative(CALLER - 4, SLOT);
    slot_to(memory.hooks + 8);
    cr_expect_eq(site(), CALLSITE_NAME);
    slot_to(memory.elsewhere);
    cr_expect_eq(site(), CALLSITE_FIXED);
}

Test(callsite, a_call_through_a_pointer_names_nothing)
{
    slot_to(memory.hooks);
    write_bytes(CALLER - 2, "\xff\xd0", 2); /* call *%rax */
    cr_expect_eq(site(), CALLSITE_POINTER);
    write_bytes(CALLER - 3, "\xff\x50\x60", 3); /* call *0x60(%rax) */
    cr_expect_eq(site(), CALLSITE_POINTER);
}

Test(callsite, a_function_of_the_module_s_own_may_have_gone_on_to_anything)
{
    write_bytes(CALLER - 5, "\xe8", 1);
    write_relative(CALLER - 4, ENTRY);
    write_bytes(ENTRY, "\xff\xe0", 2); /* jmp *%rax */
    slot_to(memory.hooks);
    cr_expect_eq(site(), CALLSITE_FIXED);
}

Test(callsite, nothing_outside_the_module_is_read)
{
    write_bytes(CALLER - 5, "\xe8\xff\xff\xff\x7f", 5);
    cr_expect_eq(site(), CALLSITE_POINTER);
    write_bytes(CALLER - 6, "\xff\x15\xff\xff\xff\x7f", 6);
    cr_expect_eq(site(), CALLSITE_POINTER);
}

#endif
