#include "profile/runtime.h"

#include "profile/stacks.h"

#include <string.h>

enum where {
    ANYWHERE,
    IN_LIBC,   /* the same name may be a program's own elsewhere */
    OF_MODULE, /* what matches is the name of the module */
    NAMELESS,  /* that, of a frame without a function */
};

/* A '*' at its end stands for anything; std:: is that of libc++, too. */
static const struct {
    enum boilerplate kind;
    enum where where;
    const char *pattern;
} patterns[] = {
    /* What starts a program, and its threads. */
    {BOILERPLATE_RUNTIME, ANYWHERE, "_start"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "__libc_start_*"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "libc_start_main_stage2"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "start_thread"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "start"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "clone"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "clone3"},
    {BOILERPLATE_RUNTIME, IN_LIBC, "__clone*"},
    {BOILERPLATE_RUNTIME, NAMELESS, "libc.so*"},
    {BOILERPLATE_RUNTIME, NAMELESS, "ld-linux*"},
    {BOILERPLATE_RUNTIME, NAMELESS, "ld-musl*"},
    {BOILERPLATE_RUNTIME, NAMELESS, "libstdc++.so*"},
    {BOILERPLATE_RUNTIME, NAMELESS, "libc++.so*"},
    /* C++ */
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__invoke*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::invoke*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::function<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::move_only_function<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::_Function_*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__function::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::_Bind*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__bind*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::_Mem_fn*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::reference_wrapper<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::apply<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__apply*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::thread::_*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__thread_*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::execute_native_thread_routine*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "execute_native_thread_routine*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::async<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__async*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__future_base::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::packaged_task<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__packaged_task*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::call_once<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::once_flag::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::__call_once*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "boost::asio::detail::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "boost::asio::asio_handler_invoke*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "boost::detail::function::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "boost::_bi::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "asio::detail::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "QtPrivate::*"},
    /* Rust */
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::rt::lang_start*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::panic::catch_unwind*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::panicking::try*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::panicking::catch_unwind*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::sys::backtrace::__rust_begin_short_backtrace*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::sys_common::backtrace::__rust_begin_short_backtrace*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::thread::Builder::spawn_unchecked*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::sys::unix::thread::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "std::sys::pal::unix::thread::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "core::ops::function::FnOnce::call_once*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "core::ops::function::impls::*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "<alloc::boxed::Box<F,A> as core::ops::function::Fn*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "<core::panic::unwind_safe::AssertUnwindSafe<*"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "__rust_try*"},
    /* Go */
    {BOILERPLATE_RUNTIME, ANYWHERE, "runtime.main"},
    {BOILERPLATE_RUNTIME, ANYWHERE, "runtime.goexit*"},
    /* CPython; also where it is built into another program. */
    {BOILERPLATE_INTERPRETER, OF_MODULE, "python*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libpython*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "_ctypes.*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libffi.so*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "_Py*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "Py*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "py_trampoline*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "cfunction_*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "method_vectorcall*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "slot_tp_*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "pymain_*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "pyrun_*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "run_eval_code_obj*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "run_mod*"},
    /* Node, the JVM, LuaJIT and .NET. */
    {BOILERPLATE_INTERPRETER, OF_MODULE, "node"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "nodejs"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libnode.so*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "Builtins_*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "Builtin:*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "BytecodeHandler:*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "v8::*"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "node::*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libjvm.so"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libjli.so"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "call_stub"},
    {BOILERPLATE_INTERPRETER, ANYWHERE, "Interpreter"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "luajit*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libluajit*"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libcoreclr.so"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libhostfxr.so"},
    {BOILERPLATE_INTERPRETER, OF_MODULE, "libhostpolicy.so"},
};

static bool pattern_is(const char *pattern, const char *text)
{
    size_t length = strcspn(pattern, "*");
    return strncmp(text, pattern, length) == 0 && (pattern[length] || !text[length]);
}

/* libc++ has its names in a namespace of its version. */
static bool function_is(const char *pattern, const char *function)
{
    static const char standard[] = "std::", version[] = "std::__1::";
    if (strncmp(function, version, strlen(version)) == 0 &&
        strncmp(pattern, standard, strlen(standard)) == 0)
        return pattern_is(pattern + strlen(standard), function + strlen(version));
    return pattern_is(pattern, function);
}

static bool frame_is(const struct stack_frame *frame, size_t pattern)
{
    const char *text = patterns[pattern].pattern;
    switch (patterns[pattern].where) {
    case ANYWHERE:
        return frame->function && function_is(text, frame->function);
    case IN_LIBC:
        return frame->function && stack_in_libc(frame) && function_is(text, frame->function);
    case OF_MODULE:
        return frame->module && pattern_is(text, frame->module->name);
    case NAMELESS:
        return frame->module && !frame->function && pattern_is(text, frame->module->name);
    }
    return false;
}

static bool is_boilerplate(const struct stack_frame *frame, enum boilerplate kind)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
        if (patterns[i].kind == kind && frame_is(frame, i))
            return true;
    }
    return false;
}

bool frame_is_runtime(const struct stack_frame *frame)
{
    return is_boilerplate(frame, BOILERPLATE_RUNTIME);
}

bool frame_is_interpreter(const struct stack_frame *frame)
{
    return is_boilerplate(frame, BOILERPLATE_INTERPRETER);
}

bool frame_is_interpreted(const struct stack_frame *frame)
{
    return stack_made(frame) && !frame_is_interpreter(frame);
}

/* ---- in a stack ---- */

static enum boilerplate boilerplate_of(const struct stack_frame *stack, size_t index)
{
    if (frame_is_runtime(&stack[index]) || stack_is_start(stack, index))
        return BOILERPLATE_RUNTIME;
    return frame_is_interpreter(&stack[index]) ? BOILERPLATE_INTERPRETER : BOILERPLATE_NONE;
}

static void forget_kind(enum boilerplate *kinds, size_t depth, enum boilerplate kind)
{
    for (size_t i = 0; i < depth; i++)
        kinds[i] = kinds[i] == kind ? BOILERPLATE_NONE : kinds[i];
}

enum boilerplate *stack_boilerplate(const struct stack_frame *stack, size_t depth)
{
    enum boilerplate *kinds = memory_new(depth, sizeof(*kinds));
    bool interpreted = false, tells = false;
    for (size_t i = 1; i < depth; i++) {
        kinds[i] = boilerplate_of(stack, i);
        interpreted |= frame_is_interpreted(&stack[i]);
        tells |= kinds[i] != BOILERPLATE_RUNTIME;
    }
    if (!interpreted)
        forget_kind(kinds, depth, BOILERPLATE_INTERPRETER);
    if (!tells)
        forget_kind(kinds, depth, BOILERPLATE_RUNTIME);
    return kinds;
}

size_t boilerplate_run(const enum boilerplate *kinds, size_t depth, size_t from)
{
    size_t end = from;
    while (end < depth && kinds[end] != BOILERPLATE_NONE && kinds[end] == kinds[from])
        end++;
    return end - from;
}

struct text boilerplate_text(enum boilerplate kind, size_t count)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "+%zu %s of the %s", count, count == 1 ? "frame" : "frames",
             kind == BOILERPLATE_RUNTIME ? "runtime" : "interpreter");
    return text;
}

size_t stack_first_own(const struct stack_frame *stack, const enum boilerplate *kinds, size_t depth)
{
    for (size_t i = 1; i < depth; i++) {
        if (kinds[i] == BOILERPLATE_NONE && stack[i].function && !stack_in_system(&stack[i]))
            return i;
    }
    return 0;
}
