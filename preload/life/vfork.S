/*
 * vfork.S - the child of vfork() runs in its parent's memory, tables and thread block included. The
 * calls it makes before it execs (close, dup2) concern its own descriptors only, so they must leave
 * the parent's tables alone: thread.vforked says so from before the call until the parent goes on.
 *
 * It can't be written in C: two processes return through the same stack frame, so the return address
 * is kept in a register meanwhile, as glibc does.
 */
#define VFORKED 24 /* of thread.vforked in its block: checked in process.c */

#if defined(__x86_64__)
    .text
    .globl vfork
    .type vfork, @function
vfork:
    .cfi_startproc
    endbr64
    movq thread@gottpoff(%rip), %rsi
    incl %fs:VFORKED(%rsi)
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
    decl %fs:VFORKED(%rsi)
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
#elif defined(__aarch64__)
    .text
    .globl vfork
    .type vfork, %function
vfork:
    .cfi_startproc
    hint #34 /* bti c */
    mrs x2, tpidr_el0
    adrp x3, :gottprel:thread
    ldr x3, [x3, :gottprel_lo12:thread]
    add x2, x2, x3
    ldr w3, [x2, VFORKED]
    add w3, w3, #1
    str w3, [x2, VFORKED]
    mov x0, #0x4111 /* CLONE_VM | CLONE_VFORK | SIGCHLD */
    mov x1, #0 /* on the same stack */
    mov x8, #220 /* SYS_clone */
    svc #0
    cbz x0, 1f
    ldr w3, [x2, VFORKED]
    sub w3, w3, #1
    str w3, [x2, VFORKED]
    tbnz x0, #63, 2f
1:  ret
2:  neg w0, w0
    stp x30, x0, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x30, 0
    bl __errno_location
    ldp x30, x1, [sp], #16
    .cfi_adjust_cfa_offset -16
    .cfi_restore x30
    str w1, [x0]
    mov w0, #-1
    ret
    .cfi_endproc
    .size vfork, . - vfork
#endif
    .section .note.GNU-stack, "", @progbits
