#include "stacks/bare.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/thread.h"

#define SAVED_MOST 12
#define INSTRUCTIONS_MOST 16
#define FRAME_MOST (1 << 20) /* bytes: larger ones no function takes down in one go */
#define WORD 8
#define PAGE 4096

/* What the code at a return address does to the stack until it returns. */
struct epilogue {
    bool by_frame_pointer; /* what offsets count from, else from the stack pointer */
    int32_t offset;        /* where the stack pointer is; in the end, the caller's */
    uint32_t saved_count;
    struct saved {
        uint8_t machine_register; /* its number in DWARF */
        int32_t offset;
    } saved[SAVED_MOST];
};

/* ---- what differs between machines ---- */

#if defined(__x86_64__)
#define FRAME_POINTER 6
#define STACK_POINTER 7
#define RETURN_ADDRESS 16
#define POINTER_IS_ALL true /* by the frame pointer the caller's stack pointer is known, too */
#define SIGRETURN 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 /* mov $15, %rax; syscall */
#elif defined(__aarch64__)
#define FRAME_POINTER 29
#define RETURN_ADDRESS 30
#define STACK_POINTER 31
#define POINTER_IS_ALL false
#define SIGRETURN 0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4 /* mov x8, #139; svc #0 */
#endif

/* Where a handler returns to. No more is read than is alike: code may end there. */
static bool returns_from_signal(const uint8_t *code)
{
    static const uint8_t sigreturn[] = {SIGRETURN};
    size_t alike = 0;

    while (alike < sizeof(sigreturn) && code[alike] == sigreturn[alike])
        alike++;
    return alike == sizeof(sigreturn);
}

/* Of a function that keeps it. */
static const struct epilogue by_frame_pointer = {
    true, 2 * WORD, 2, {{FRAME_POINTER, 0}, {RETURN_ADDRESS, WORD}}};

static bool restores(struct epilogue *epilogue, unsigned machine_register, int32_t offset)
{
    if (epilogue->saved_count == SAVED_MOST || machine_register == STACK_POINTER)
        return false;
    epilogue->saved[epilogue->saved_count++] =
        (struct saved){(uint8_t)machine_register, epilogue->offset + offset};
    return true;
}

#if defined(__x86_64__)

/* Whether a call ends there; no byte before `start` is read. */
static bool follows_call(const uint8_t *at, const uint8_t *start)
{
    if (at - start >= 5 && at[-5] == 0xe8)
        return true;
    for (int length = 2; length <= 7 && length <= at - start; length++)
        if (at[-length] == 0xff && (at[1 - length] >> 3 & 7) == 2)
            return true;
    return false;
}

static int32_t immediate(const uint8_t *at)
{
    int32_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

/* [pop] registers, in DWARF's order of numbers. */
static const uint8_t pushed[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

/* One instruction: the next, or NULL when it is none that only takes the frame down. */
static const uint8_t *epilogue_step(struct epilogue *epilogue, const uint8_t *code)
{
    if (code[0] == 0xc9 || (code[0] == 0x48 && code[1] == 0x89 && code[2] == 0xec)) {
        bool leave = code[0] == 0xc9; /* else mov %rbp, %rsp */

        if (epilogue->saved_count) /* all is told from one register */
            return NULL;
        *epilogue = (struct epilogue){.by_frame_pointer = true, .offset = leave ? WORD : 0};
        if (leave)
            restores(epilogue, FRAME_POINTER, -WORD);
        return code + (leave ? 1 : 3);
    }
    if ((code[0] & 0xf8) == 0x58 || (code[0] == 0x41 && (code[1] & 0xf8) == 0x58)) {
        bool extended = code[0] == 0x41;

        if (!restores(epilogue, pushed[(code[extended] & 7) + 8 * extended], 0))
            return NULL;
        epilogue->offset += WORD;
        return code + 1 + extended;
    }
    if (code[0] == 0x48 && code[1] == 0x83 && code[2] == 0xc4) { /* add $byte, %rsp */
        epilogue->offset += (int8_t)code[3];
        return code + 4;
    }
    if (code[0] == 0x48 && code[1] == 0x81 && code[2] == 0xc4) { /* add $long, %rsp */
        int32_t more = immediate(code + 3);

        epilogue->offset += more;
        return more > 0 && more <= FRAME_MOST ? code + 7 : NULL;
    }
    if (code[0] == 0xc5 && code[1] == 0xf8 && code[2] == 0x77) /* vzeroupper */
        return code + 3;
    return NULL;
}

static bool epilogue_returns(struct epilogue *epilogue, const uint8_t *code)
{
    if (code[0] != 0xc3 || !restores(epilogue, RETURN_ADDRESS, 0))
        return false;
    epilogue->offset += WORD;
    /* Where the frame pointer points. */
    return !epilogue->by_frame_pointer || epilogue->offset == 2 * WORD;
}

#elif defined(__aarch64__)

static uint32_t instruction(const uint8_t *code)
{
    uint32_t word;

    memcpy(&word, code, sizeof(word));
    return word;
}

static bool follows_call(const uint8_t *at, const uint8_t *start)
{
    uint32_t call = at - start >= 4 ? instruction(at - 4) : 0;

    return call >> 26 == 0x25 || (call & 0xfffffc1f) == 0xd63f0000; /* bl, blr */
}

/* Bits [low, low + width) as a signed number. */
static int32_t field(uint32_t word, unsigned low, unsigned width)
{
    return (int32_t)(word << (32 - low - width)) >> (32 - width);
}

static bool restores_pair(struct epilogue *epilogue, uint32_t word, int32_t offset)
{
    return restores(epilogue, word & 31, offset) &&
           restores(epilogue, word >> 10 & 31, offset + WORD);
}

/* One instruction: the next, or NULL when it is none that only takes the frame down. */
static const uint8_t *epilogue_step(struct epilogue *epilogue, const uint8_t *code)
{
    uint32_t word = instruction(code);
    int32_t step = 0;

    if (word == 0x910003bf && !epilogue->saved_count) { /* mov sp, x29 */
        *epilogue = (struct epilogue){.by_frame_pointer = true};
    } else if ((word & 0xffc003e0) == 0xa94003e0) { /* ldp x, x, [sp, #n] */
        if (!restores_pair(epilogue, word, field(word, 15, 7) * WORD))
            return NULL;
    } else if ((word & 0xffc003e0) == 0xa8c003e0) { /* ldp x, x, [sp], #n */
        if (!restores_pair(epilogue, word, 0))
            return NULL;
        step = field(word, 15, 7) * WORD;
    } else if ((word & 0xffe00fe0) == 0xf84007e0) { /* ldr x, [sp], #n */
        if (!restores(epilogue, word & 31, 0))
            return NULL;
        step = field(word, 12, 9);
    } else if ((word & 0xffc003e0) == 0xf94003e0) { /* ldr x, [sp, #n] */
        if (!restores(epilogue, word & 31, (int32_t)(word >> 10 & 0xfff) * WORD))
            return NULL;
    } else if ((word & 0xff8003ff) == 0x910003ff) { /* add sp, sp, #n */
        step = (int32_t)(word >> 10 & 0xfff) << (word >> 22 & 1 ? 12 : 0);
    } else {
        return NULL;
    }
    epilogue->offset += step;
    return code + sizeof(word);
}

/* Its return address was saved: a call, behind which we are, has made it another. */
static bool epilogue_returns(struct epilogue *epilogue, const uint8_t *code)
{
    bool saved = false;

    for (uint32_t i = 0; i < epilogue->saved_count; i++)
        saved |= epilogue->saved[i].machine_register == RETURN_ADDRESS;
    return saved && instruction(code) == 0xd65f03c0;
}

#else
#error "how functions return: write it for this machine"
#endif

/* All that it restores lies in the frame. */
static bool epilogue_holds(const struct epilogue *epilogue)
{
    bool within = epilogue->offset > 0 && epilogue->offset <= FRAME_MOST;

    for (uint32_t i = 0; i < epilogue->saved_count; i++)
        within &= epilogue->saved[i].offset >= 0 && epilogue->saved[i].offset < epilogue->offset &&
                  epilogue->saved[i].offset % WORD == 0;
    return within && epilogue->offset % WORD == 0;
}

/*
 * The address is one that the program returns to: what is there can be read, as libgcc does too
 * where it knows of no unwind information.
 */
static bool epilogue_read(struct epilogue *epilogue, const uint8_t *code)
{
    *epilogue = (struct epilogue){0};
    for (int i = 0; code && i < INSTRUCTIONS_MOST; i++) {
        if (epilogue_returns(epilogue, code))
            return epilogue_holds(epilogue);
        code = epilogue_step(epilogue, code);
    }
    return false;
}

/* ---- the same in the words of unwind information ---- */

#define DW_CFA_def_cfa 0x0c
#define DW_CFA_offset 0x80

struct description {
    struct {
        uint32_t length;
        int32_t id;
        uint8_t version, augmentation[1];
        uint8_t code_alignment, data_alignment, return_address;
        uint8_t instructions[3]; /* none: zeros */
    } common;                    /* CIE */
    struct {
        uint32_t length;
        int32_t common; /* bytes back from here */
        uint64_t start, size;
        uint8_t instructions[4 * (SAVED_MOST + 2)];
    } frame; /* FDE */
} __attribute__((packed, aligned(8)));

static uint8_t *put_number(uint8_t *at, uint32_t number)
{
    for (; number >= 128; number >>= 7)
        *at++ = (uint8_t)(number | 128);
    *at++ = (uint8_t)number;
    return at;
}

static void describe(struct description *description, const struct epilogue *epilogue,
                     uintptr_t address)
{
    uint8_t *at = description->frame.instructions;

    *description = (struct description){0};
    description->common.length = sizeof(description->common) - sizeof(uint32_t);
    description->common.version = 1;
    description->common.code_alignment = 1;
    description->common.data_alignment = -WORD & 127;
    description->common.return_address = RETURN_ADDRESS;
    description->frame.length = sizeof(description->frame) - sizeof(uint32_t);
    description->frame.common = offsetof(struct description, frame.common);
    description->frame.start = address;
    description->frame.size = 1;
    *at++ = DW_CFA_def_cfa;
    at = put_number(at, epilogue->by_frame_pointer ? FRAME_POINTER : STACK_POINTER);
    at = put_number(at, (uint32_t)epilogue->offset);
    for (uint32_t i = 0; i < epilogue->saved_count; i++) {
        *at++ = (uint8_t)(DW_CFA_offset | epilogue->saved[i].machine_register);
        at = put_number(at, (uint32_t)(epilogue->offset - epilogue->saved[i].offset) / WORD);
    }
}

/* ---- the walk ---- */

/* The frame that the unwinder has come to. */
static __thread struct {
    enum { BY_INFORMATION, BY_EPILOGUE, BY_FRAME_POINTER, NOWHERE } found, leaves;
    bool doubtful;           /* the frame pointer was followed, and to no call yet */
    bool interrupted;        /* by a signal: it is at no return address */
    bool interrupts;         /* it is the kernel's call of the handler */
    const uint8_t *function; /* where it begins; NULL: no information says so */
    uintptr_t page;          /* of such code, where a frame was for sure */
    struct epilogue epilogue;
    struct description description;
} walk;

const void *__wrap__Unwind_Find_FDE(void *address, struct bases *bases);

static bool is_signal_frame(const void *information)
{
    const char *field = (const char *)information + sizeof(uint32_t);
    int32_t back;

    memcpy(&back, field, sizeof(back));
    return strchr(field - back + 2 * sizeof(uint32_t) + 1, 'S');
}

/* For sure, or no more than a page holds, and that is code. */
static bool can_be_read(const uint8_t *code)
{
    uintptr_t address = (uintptr_t)code;

    if (!walk.doubtful)
        walk.page = address / PAGE;
    return !walk.doubtful || (POINTER_IS_ALL && address / PAGE == walk.page &&
                              address % PAGE < PAGE - INSTRUCTIONS_MOST * WORD);
}

/* What there is of information for the code that holds an address, or is made up for it. */
const void *__wrap__Unwind_Find_FDE(void *address, struct bases *bases)
{
    const void *information = __real__Unwind_Find_FDE(address, bases);
    const uint8_t *code = (const uint8_t *)address + 1; /* it returns to */

    walk.found = walk.leaves;
    walk.doubtful |= walk.found == BY_FRAME_POINTER;
    walk.interrupted = walk.interrupts;
    walk.interrupts = information && is_signal_frame(information);
    walk.function = information ? bases->function : NULL;
    walk.leaves = BY_INFORMATION;
    if (information && (walk.found != BY_FRAME_POINTER || POINTER_IS_ALL))
        return information;
    if (!walk.interrupted && !walk.doubtful && returns_from_signal(code)) {
        walk.interrupts = true;
        return NULL;
    }
    walk.leaves = BY_EPILOGUE;
    /* What was interrupted may be nowhere: libgcc would read what is there. */
    if (walk.interrupted || !can_be_read(code) || !epilogue_read(&walk.epilogue, code)) {
        walk.leaves = walk.interrupted ? NOWHERE : BY_FRAME_POINTER;
        walk.epilogue = by_frame_pointer;
    }
    describe(&walk.description, &walk.epilogue, (uintptr_t)address);
    *bases = (struct bases){.function = address};
    return &walk.description.frame;
}

void bare_begin(void)
{
    walk.leaves = BY_INFORMATION;
    walk.interrupts = walk.doubtful = false;
    walk.page = 0;
}

enum bare_trust bare_arrive(struct _Unwind_Context *context)
{
    const uint8_t *address = (const void *)_Unwind_GetIP(context);

    if (!walk.doubtful)
        return BARE_SURE;
    if (!walk.function)
        return (uintptr_t)address < FRAME_MOST || on_own_stack((uintptr_t)address) ? BARE_WRONG
                                                                                   : BARE_DOUBTFUL;
    walk.doubtful = !follows_call(address, walk.function);
    return walk.doubtful ? BARE_WRONG : BARE_SURE;
}

bool bare_may_leave(struct _Unwind_Context *context)
{
    uintptr_t stack = _Unwind_GetCFA(context), base = stack;

    if (walk.leaves == BY_INFORMATION || walk.leaves == NOWHERE)
        return walk.leaves == BY_INFORMATION;
    if (walk.epilogue.by_frame_pointer)
        base = _Unwind_GetGR(context, FRAME_POINTER);
    return base >= stack && base % WORD == 0 && on_own_stack(base) &&
           thread.stack_high - base > (uintptr_t)walk.epilogue.offset;
}
