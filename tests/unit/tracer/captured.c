#include "captured.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>
#include <unwind.h>

/* What was interrupted is at no return address: one is added, for all are looked up less one. */
static _Unwind_Reason_Code note_caller(struct _Unwind_Context *context, void *data)
{
    struct captured *captured = data;
    int interrupted;
    uintptr_t ip = _Unwind_GetIPInfo(context, &interrupted);
    if (captured->depth == TLK_MAX_DEPTH || ip == 0)
        return _URC_END_OF_STACK;
    captured->callers[captured->depth++] = ip + (unsigned)interrupted;
    captured->interrupted += interrupted;
    return _URC_NO_REASON;
}

__attribute__((noinline)) void captured_here(struct captured *captured)
{
    struct trace_registers *registers = &captured->registers;
    captured->depth = captured->interrupted = 0;
    _Unwind_Backtrace(note_caller, captured);
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    __asm__ volatile("leaq 0(%%rip), %%rax\n\tmovq %%rax, 0(%0)\n\tmovq %%rsp, 8(%0)\n\t"
                     "movq %%rbp, 16(%0)\n\tmovq %%rbx, 24(%0)\n\tmovq %%r12, 32(%0)\n\t"
                     "movq %%r13, 40(%0)\n\tmovq %%r14, 48(%0)\n\tmovq %%r15, 56(%0)"
                     :
                     : "r"(registers)
                     : "rax", "memory");
    ssize_t size = pread(memory, captured->stack, sizeof(captured->stack), (off_t)registers->sp);
    close(memory);
    cr_assert_gt(size, 0);
    captured->size = (size_t)size;
}
