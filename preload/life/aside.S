/*
 * aside.S - call_aside(function, top): calls it on another stack, which ends at `top`. A recording
 * may begin in a signal handler, whose stack has room for little more than the handler.
 */
#if defined(__x86_64__)
    .text
    .globl call_aside
    .hidden call_aside
    .type call_aside, @function
call_aside:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rsi, %rsp
    call *%rdi
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size call_aside, . - call_aside
#elif defined(__aarch64__)
    .text
    .globl call_aside
    .hidden call_aside
    .type call_aside, %function
call_aside:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset 29, -16
    .cfi_offset 30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    mov sp, x1
    blr x0
    mov sp, x29
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size call_aside, . - call_aside
#endif
    .section .note.GNU-stack, "", @progbits
