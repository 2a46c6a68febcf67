#include "jit.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define MOST 64

struct code {
    uint8_t bytes[MOST];
    unsigned count;
};

#define CODE(...)                                                                                  \
    {                                                                                              \
        {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})                                            \
    }

#if defined(__x86_64__)

#define NEXT 0x48, 0x8b, 0x7f, 8 /* mov 8(%rdi), %rdi */
#define CALL NEXT, 0xff, 0x17    /* call *(%rdi) */
#define PUSH_RBP 0x55
#define POP_RBP 0x5d
#define NOP 0x90
#define RET 0xc3

static const struct code codes[JIT_SHAPES] = {
    /* sub $8, %rsp … add $8, %rsp */
    [JIT_TRAMPOLINE] = CODE(0x48, 0x83, 0xec, 8, CALL, 0x48, 0x83, 0xc4, 8, RET),
    /* mov %rsp, %rbp */
    [JIT_FRAME_POINTER] = CODE(PUSH_RBP, 0x48, 0x89, 0xe5, CALL, NOP, POP_RBP, RET),
    /* …; push %rbx; sub $24, %rsp … leave */
    [JIT_LEAVES] = CODE(PUSH_RBP, 0x48, 0x89, 0xe5, 0x53, 0x48, 0x83, 0xec, 24, CALL, 0xc9, RET),
    /* mov $-1, %rbp */
    [JIT_LOST] = CODE(PUSH_RBP, 0x48, 0xc7, 0xc5, 0xff, 0xff, 0xff, 0xff, CALL, NOP, POP_RBP, RET),
    /* sub $32, %rsp; mov %rsp, %rbp; movq $0, (%rbp); mov (%rdi), %rax; mov %rax, 8(%rbp);
     * call *%rax … add $32, %rsp */
    [JIT_MISLEADS] = CODE(PUSH_RBP, 0x48, 0x83, 0xec, 32, 0x48, 0x89, 0xe5, 0x48, 0xc7, 0x45, 0, 0,
                          0, 0, 0, NEXT, 0x48, 0x8b, 0x07, 0x48, 0x89, 0x45, 8, 0xff, 0xd0, NOP,
                          0x48, 0x83, 0xc4, 32, POP_RBP, RET),
};

#elif defined(__aarch64__)

#define WORD(word) (word) & 255, (word) >> 8 & 255, (word) >> 16 & 255, (word) >> 24 & 255
#define NEXT WORD(0xf9400400), WORD(0xf9400001) /* ldr x0, [x0, #8]; ldr x1, [x0] */
#define BLR_X1 WORD(0xd63f0020)
#define CALL NEXT, BLR_X1
#define PUSH_FRAME WORD(0xa9bf7bfd) /* stp x29, x30, [sp, #-16]! */
#define POP_FRAME WORD(0xa8c17bfd)
#define NOP WORD(0xd503201f)
#define RET WORD(0xd65f03c0)

static const struct code codes[JIT_SHAPES] = {
    [JIT_TRAMPOLINE] = CODE(PUSH_FRAME, CALL, POP_FRAME, RET),
    /* mov x29, sp */
    [JIT_FRAME_POINTER] = CODE(PUSH_FRAME, WORD(0x910003fd), CALL, NOP, POP_FRAME, RET),
    /* …; sub sp, sp, #32 … mov sp, x29 */
    [JIT_LEAVES] = CODE(PUSH_FRAME, WORD(0x910003fd), WORD(0xd10083ff), CALL, WORD(0x910003bf),
                        POP_FRAME, RET),
    /* mov x29, #-1 */
    [JIT_LOST] = CODE(PUSH_FRAME, WORD(0x9280001d), CALL, NOP, POP_FRAME, RET),
    /* stp xzr, x1, [sp, #-16]!; mov x29, sp … add sp, sp, #16 */
    [JIT_MISLEADS] = CODE(PUSH_FRAME, NEXT, WORD(0xa9bf07ff), WORD(0x910003fd), BLR_X1, NOP,
                          WORD(0x910043ff), POP_FRAME, RET),
};

#else
#error "code of a function: write it for this machine"
#endif

jit_function jit_make(enum jit_shape shape)
{
    static uint8_t *memory;
    static size_t used;
    uint8_t *code;

    if (!memory)
        memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    cr_assert(memory != MAP_FAILED && used + MOST <= 4096);
    code = memory + used;
    used += MOST;
    memcpy(code, codes[shape].bytes, codes[shape].count);
    __builtin___clear_cache((char *)code, (char *)code + MOST);
    return (jit_function)(uintptr_t)code;
}
