/*
 * dlsym.S - dlsym() for programs that get the library's functions by it, and are to get the hooks:
 * see names.c, which answers for these names. All others, and RTLD_NEXT, go on to the real one by a
 * jump: whose call it is, it learns from the return address.
 */
#if defined(__x86_64__)
    .text
    .globl dlsym
    .type dlsym, @function
dlsym:
    .cfi_startproc
    endbr64
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    movq 16(%rsp), %rdx
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call names_answer
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    testq %rax, %rax
    jnz 1f
    jmp *names_dlsym(%rip)
1:  ret
    .cfi_endproc
    .size dlsym, . - dlsym
#elif defined(__aarch64__)
    .text
    .globl dlsym
    .type dlsym, %function
dlsym:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, -32]!
    .cfi_def_cfa_offset 32
    .cfi_offset 29, -32
    .cfi_offset 30, -24
    mov x29, sp
    stp x0, x1, [sp, 16]
    mov x2, x30
    bl names_answer
    mov x9, x0
    ldp x0, x1, [sp, 16]
    ldp x29, x30, [sp], 32
    .cfi_restore 30
    .cfi_restore 29
    .cfi_def_cfa_offset 0
    cbnz x9, 1f
    adrp x16, names_dlsym
    ldr x16, [x16, :lo12:names_dlsym]
    br x16
1:  mov x0, x9
    ret
    .cfi_endproc
    .size dlsym, . - dlsym
#else
#error "dlsym() is to go on with the stack as it came: write it for this machine"
#endif

    .section .note.GNU-stack, "", %progbits
