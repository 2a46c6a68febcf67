/*
 * entry.h - what is exported under a wrapped name: it goes on to the hook, unless who calls has no
 * such library. Then the name may be one of a function that has nothing to do with it, which is
 * called as it is, whatever it takes: choose.S.
 */
#ifndef WRAP_ENTRY_H
#define WRAP_ENTRY_H

#if defined(__x86_64__)

#define WRAP_ENTRY_GOES_ON(hook)                                                                   \
    "endbr64\n"                                                                                    \
    "cmpq $0, wrap_common(%rip)\n"                                                                 \
    "je 1f\n"                                                                                      \
    "jmp " hook "\n"                                                                               \
    "1: leaq " hook "(%rip), %r11\n"                                                               \
    "jmp wrap_choose\n"

#elif defined(__aarch64__)

#define WRAP_ENTRY_GOES_ON(hook)                                                                   \
    "hint #34\n" /* bti c */                                                                       \
    "adrp x16, wrap_common\n"                                                                      \
    "ldr x16, [x16, :lo12:wrap_common]\n"                                                          \
    "cbz x16, 1f\n"                                                                                \
    "b " hook "\n"                                                                                 \
    "1: adrp x16, " hook "\n"                                                                      \
    "add x16, x16, :lo12:" hook "\n"                                                               \
    "b wrap_choose\n"

#else
#error "a hook is to be left with the arguments as they came: write it for this machine"
#endif

#define WRAP_ENTRY(hook, symbol)                                                                   \
    __asm__(".pushsection .text\n"                                                                 \
            ".globl " hook "_entry\n"                                                              \
            ".type " hook "_entry, %function\n" hook "_entry:\n"                                   \
            ".cfi_startproc\n" WRAP_ENTRY_GOES_ON(hook) ".cfi_endproc\n"                           \
                                                        ".size " hook "_entry, . - " hook          \
                                                        "_entry\n"                                 \
                                                        ".popsection\n"                            \
                                                        ".symver " hook "_entry," symbol);

#endif
