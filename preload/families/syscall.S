/*
 * syscall.S - syscall(SYS_pidfd_getfd, …) receives a descriptor: before glibc 2.36 there is no other
 * way; and sandboxes are closed by calls that have no name in libc. Those that syscalls_noted has a
 * bit for go to syscall_noted(), in received.c. All other calls go on to libc's syscall() by a jump,
 * with every register and the stack as they came: so vfork() and clone() may return through it as
 * through libc's own.
 *
 * Allocators call it while they start, to pass by hooks that would allocate: before the real
 * functions are resolved, which may allocate, it is the system call itself.
 */
#define SYSCALLS 512

#if defined(__x86_64__)
    .text
    .globl syscall
    .type syscall, @function
syscall:
    .cfi_startproc
    endbr64
    cmpq $SYSCALLS, %rdi
    jae 3f
    leaq syscalls_noted(%rip), %r11
    btq %rdi, (%r11)
    jc syscall_noted
3:  movq real_table(%rip), %r11 /* its first: libc's syscall() */
    testq %r11, %r11
    jz 1f
    jmp *%r11
1:  movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    cmpq $-4095, %rax
    jae 2f
    ret
2:  negl %eax
    pushq %rax
    .cfi_adjust_cfa_offset 8
    call *__errno_location@GOTPCREL(%rip)
    popq %rcx
    .cfi_adjust_cfa_offset -8
    movl %ecx, (%rax)
    movq $-1, %rax
    ret
    .cfi_endproc
    .size syscall, . - syscall
#elif defined(__aarch64__)
    .text
    .globl syscall
    .type syscall, %function
syscall:
    .cfi_startproc
    hint #34 /* bti c */
    cmp x0, SYSCALLS
    b.hs 1f
    adrp x16, syscalls_noted
    add x16, x16, :lo12:syscalls_noted
    lsr x17, x0, #6
    ldr x16, [x16, x17, lsl #3]
    lsr x16, x16, x0
    tbz x16, #0, 1f
    b syscall_noted
1:  adrp x16, real_table
    ldr x16, [x16, :lo12:real_table] /* its first: libc's syscall() */
    cbz x16, 2f
    br x16
2:  mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    cmn x0, #4095
    b.cs 3f
    ret
3:  neg w0, w0
    stp x30, x0, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x30, 0
    bl __errno_location
    ldp x30, x1, [sp], #16
    .cfi_adjust_cfa_offset -16
    .cfi_restore x30
    str w1, [x0]
    mov x0, #-1
    ret
    .cfi_endproc
    .size syscall, . - syscall
#endif
    .section .note.GNU-stack, "", @progbits
