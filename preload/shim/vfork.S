/*
 * vfork.S - the child of vfork() runs in its parent's memory, tables and thread block included. The
 * calls it makes before it execs (close, dup2) concern its own descriptors only, so they must leave
 * the parent's tables alone: thread.vforked says so from before the call until the parent goes on.
 *
 * It can't be written in C: two processes return through the same stack frame, so the return address
 * is kept in a register meanwhile, as glibc does.
 */
#if defined(__x86_64__)
    .text
    .globl vfork
    .type vfork, @function
vfork:
    .cfi_startproc
    endbr64
    movq thread@gottpoff(%rip), %rsi
    incl %fs:24(%rsi) /* thread.vforked; its place is checked in process.c */
    popq %rdi
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rdi
    movl $58, %eax /* SYS_vfork */
    syscall
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rip, 0
    testl %eax, %eax
    jz 1f
    decl %fs:24(%rsi)
    cmpl $-4095, %eax
    jae 2f
1:  ret
2:  negl %eax
    pushq %rax
    .cfi_adjust_cfa_offset 8
    call *__errno_location@GOTPCREL(%rip)
    popq %rcx
    .cfi_adjust_cfa_offset -8
    movl %ecx, (%rax)
    movl $-1, %eax
    ret
    .cfi_endproc
    .size vfork, . - vfork
#endif
    .section .note.GNU-stack, "", @progbits
