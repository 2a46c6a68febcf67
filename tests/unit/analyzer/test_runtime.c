/* Frames that stand in the stacks of all programs, and are folded where people read. */
#include "profile/runtime.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct module libc = {.path = "/usr/lib/libc.so.6", .name = "libc.so.6"};
static const struct module libstdcxx = {.path = "/usr/lib/libstdc++.so.6",
                                        .name = "libstdc++.so.6"};
static const struct module program = {.path = "/srv/server", .name = "server"};
static const struct module python = {.path = "/usr/bin/python3.13", .name = "python3.13"};
static const struct module made = {.path = "[perf map]", .name = "perf-4711.map"};

static struct stack_frame frame(const char *function, const struct module *module)
{
    return (struct stack_frame){
        .name = function ? function : "+0x1", .function = function, .module = module};
}

Test(runtime, what_is_of_the_runtime)
{
    static const char *const functions[] = {
        "_start",
        "__libc_start_call_main",
        "std::__invoke_impl<void, main::{lambda()#1}>",
        "std::__1::__invoke<main::$_0>",
        "std::invoke<int (&)()>",
        "std::function<void (int)>::operator()",
        "std::_Function_handler<void (int), main::{lambda(int)#1}>::_M_invoke",
        "std::__1::__function::__func<main::$_0, std::__1::allocator<main::$_0>, void "
        "()>::operator()",
        "std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run",
        "std::__1::__thread_proxy[abi:v15007]<std::__1::tuple<int> >",
        "std::__future_base::_State_baseV2::_M_do_set",
        "std::packaged_task<void ()>::operator()",
        "std::apply<main::{lambda()#1}, std::tuple<int> >",
        "execute_native_thread_routine",
        "std::rt::lang_start::{{closure}}",
        "std::rt::lang_start_internal",
        "core::ops::function::FnOnce::call_once{{vtable.shim}}",
        "std::sys_common::backtrace::__rust_begin_short_backtrace",
        "QtPrivate::FunctorCall<QtPrivate::IndexesList<>, QtPrivate::List<>, void, "
        "main::{lambda()#1}>"
        "::call",
        "boost::asio::detail::scheduler::run",
        "runtime.goexit",
    };
    for (size_t i = 0; i < COUNT(functions); i++) {
        struct stack_frame one = frame(functions[i], &program);
        cr_expect(frame_is_runtime(&one), "%s", functions[i]);
    }
}

Test(runtime, what_is_the_users_own)
{
    static const char *const functions[] = {
        "main",
        "start_thread",
        "clone",
        "start",
        "std_function",
        "serve<std::function<void ()> >",
        "net::invoke",
        "_started",
        "std::vector<int, std::allocator<int> >::push_back",
        "std::sort<int*>",
        "asio_run",
    };
    for (size_t i = 0; i < COUNT(functions); i++) {
        struct stack_frame one = frame(functions[i], &program);
        cr_expect_not(frame_is_runtime(&one), "%s", functions[i]);
    }
}

Test(runtime, threads_are_started_by_the_c_library_alone)
{
    struct stack_frame theirs = frame("start_thread", &libc), own = frame("start_thread", &program);
    struct stack_frame nameless = frame(NULL, &libstdcxx), unknown = frame(NULL, &program);
    cr_expect(frame_is_runtime(&theirs));
    cr_expect_not(frame_is_runtime(&own));
    cr_expect(frame_is_runtime(&nameless));
    cr_expect_not(frame_is_runtime(&unknown));
}

/* "0R.I": the wrapped function, one of the runtime, one that is shown, one of the interpreter. */
static void expect_folded(const struct stack_frame *stack, size_t depth, const char *expected,
                          size_t first)
{
    char *folded = calloc(1, depth + 1);
    enum boilerplate *kinds = stack_boilerplate(stack, depth);
    for (size_t i = 0; i < depth; i++)
        folded[i] = i == 0 && kinds[i] == BOILERPLATE_NONE ? '0' : ".RI"[kinds[i]];
    cr_expect_str_eq(folded, expected, "%s, not %s", folded, expected);
    cr_expect_eq(stack_first_own(stack, kinds, depth), first);
    free(folded);
    free(kinds);
}

Test(runtime, runs_are_folded_and_the_first_own_frame_found)
{
    const struct stack_frame stack[] = {
        frame("timerfd_create", NULL),
        frame("std::__invoke<int>", &program),
        frame("std::function<void ()>::operator()", &program),
        frame("g_main_loop_run", &libc),
        frame("serve", &program),
        frame("main", &program),
        frame("__libc_start_call_main", &libc),
        frame("_start", &program),
    };
    expect_folded(stack, COUNT(stack), "0RR...RR", 4);
    enum boilerplate *kinds = stack_boilerplate(stack, COUNT(stack));
    cr_expect_eq(boilerplate_run(kinds, COUNT(stack), 1), 2);
    cr_expect_eq(boilerplate_run(kinds, COUNT(stack), 3), 0);
    cr_expect_eq(boilerplate_run(kinds, COUNT(stack), 6), 2);
    cr_expect_str_eq(boilerplate_text(BOILERPLATE_RUNTIME, 4).s, "+4 frames of the runtime");
    cr_expect_str_eq(boilerplate_text(BOILERPLATE_INTERPRETER, 1).s, "+1 frame of the interpreter");
    free(kinds);
}

Test(runtime, a_stack_that_is_nothing_else_is_shown)
{
    const struct stack_frame stack[] = {frame("_start", &program), frame("start_thread", &libc),
                                        frame("clone3", &libc)};
    expect_folded(stack, COUNT(stack), "0..", 0);
    expect_folded(stack, 1, "0", 0);
}

/* Its own frames are all there is, unless what it runs has names. */
Test(runtime, an_interpreter_is_folded_where_it_is_known_what_it_runs)
{
    const struct stack_frame blind[] = {
        frame("timerfd_create", NULL),
        frame("os_timerfd_create_impl", &python),
        frame("_PyEval_EvalFrameDefault", &python),
        frame("pymain_run_python", &python),
        frame("__libc_start_call_main", &libc),
    };
    const struct stack_frame seeing[] = {
        frame("timerfd_create", NULL),
        frame("os_timerfd_create_impl", &python),
        frame("_PyEval_EvalFrameDefault", &python),
        frame("py::handler:/srv/leak.py", &made),
        frame("py_trampoline_evaluator", &python),
        frame("py::<module>:/srv/leak.py", &made),
        frame("pymain_run_python", &python),
        frame("__libc_start_call_main", &libc),
    };
    expect_folded(blind, COUNT(blind), "0...R", 1);
    expect_folded(seeing, COUNT(seeing), "0II.I.IR", 3);
}
