#include "families/wrap/callsite.h"

#include <string.h>

static bool slot_leads(uintptr_t slot, struct callsite_range module, struct callsite_range target)
{
    return callsite_within(module, slot) && callsite_within(target, *(const uintptr_t *)slot);
}

#if defined(__x86_64__)

#define CALL_DIRECT 0xe8 /* call rel32 */
#define INDIRECT 0xff    /* of what, the next byte tells: */
#define CALL_OFFSET 0x15 /* call *rel32(%rip) */
#define JUMP_OFFSET 0x25 /* jmp *rel32(%rip) */
#define BND 0xf2

/* What a displacement leads to that ends where the next instruction begins. */
static uintptr_t relative(const uint8_t *next)
{
    int32_t displacement;

    memcpy(&displacement, next - sizeof(displacement), sizeof(displacement));
    return (uintptr_t)next + (uintptr_t)(intptr_t)displacement;
}

/* An entry of a linkage table: [endbr64] [bnd] jmp *slot(%rip). */
static bool entry_leads(const uint8_t *code, struct callsite_range module,
                        struct callsite_range target)
{
    static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};

    if (!memcmp(code, endbr64, sizeof(endbr64)))
        code += sizeof(endbr64);
    if (*code == BND)
        code++;
    return code[0] == INDIRECT && code[1] == JUMP_OFFSET &&
           slot_leads(relative(code + 6), module, target);
}

enum callsite callsite_of(const void *caller, struct callsite_range module,
                          struct callsite_range target)
{
    const uint8_t *next = caller;
    uintptr_t to = relative(next);

    if (next[-6] == INDIRECT && next[-5] == CALL_OFFSET && callsite_within(module, to))
        return slot_leads(to, module, target) ? CALLSITE_NAME : CALLSITE_FIXED;
    if (next[-5] != CALL_DIRECT || !callsite_within(module, to))
        return CALLSITE_POINTER;
    return entry_leads((const uint8_t *)to, module, target) ? CALLSITE_NAME : CALLSITE_FIXED;
}

#elif defined(__aarch64__)

/* An entry of a linkage table: [bti c] adrp x16, page; ldr x17, [x16, offset]; … */
static bool entry_leads(const uint32_t *code, struct callsite_range module,
                        struct callsite_range target)
{
    const uint32_t bti_c = 0xd503245f;
    int64_t pages;

    if (*code == bti_c)
        code++;
    if ((code[0] & 0x9f00001f) != 0x90000010 || (code[1] & 0xffc003ff) != 0xf9400211)
        return false;
    pages = (int64_t)((uint64_t)((code[0] >> 5 & 0x7ffff) << 2 | (code[0] >> 29 & 3)) << 43) >> 43;
    return slot_leads(((uintptr_t)code & ~(uintptr_t)4095) + (uintptr_t)(pages * 4096) +
                          (code[1] >> 10 & 0xfff) * 8,
                      module, target);
}

enum callsite callsite_of(const void *caller, struct callsite_range module,
                          struct callsite_range target)
{
    const uint32_t *call = (const uint32_t *)caller - 1, bl = 0x25;
    int64_t words = (int64_t)((uint64_t)*call << 38) >> 38;
    uintptr_t to = (uintptr_t)(call + words);

    if (*call >> 26 != bl || !callsite_within(module, to))
        return CALLSITE_POINTER;
    return entry_leads((const uint32_t *)to, module, target) ? CALLSITE_NAME : CALLSITE_FIXED;
}

#else
#error "how functions are called by name: write it for this machine"
#endif
