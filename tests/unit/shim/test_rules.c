/* What unwind information says of a return address, as far as a rule can say it. */
#include "stacks/rules.h"

#include "core/machine.h"
#include "fixture.h"
#include "tables/modules.h"

#include <criterion/criterion.h>

TestSuite(rules, .init = begin, .fini = end, .disabled = !MACHINE_CALLS_PUSH);

#ifdef __x86_64__

/* None of this is ever run: what counts is the information, at the label behind each call. */
#define CODE(name, first, last)                                                                    \
    __asm__(".pushsection program, \"ax\", @progbits\n" first "call abort@PLT\n"                   \
            ".weak " #name "\n.hidden " #name "\n" #name ":\nnop\n" last ".popsection")
#define FUNCTION(name, directives) CODE(name, ".cfi_startproc\n" directives, ".cfi_endproc\n")
#define PUSHED "push %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"
#define BY_EXPRESSION ".cfi_escape 0x0f, 3, 0x77, 16, 0x06\n"

FUNCTION(at_plain, "sub $264, %rsp\n.cfi_def_cfa_offset 272\n");
FUNCTION(at_saved, PUSHED);
FUNCTION(at_restored, PUSHED ".cfi_restore %rbp\n");
FUNCTION(at_pointer, PUSHED ".cfi_def_cfa_register %rbp\n");
FUNCTION(at_other_register, PUSHED ".cfi_def_cfa %rbx, 16\n");
FUNCTION(at_rbp_elsewhere, PUSHED ".cfi_register %rbp, %r12\n");
FUNCTION(at_expression, PUSHED BY_EXPRESSION);
FUNCTION(at_defined_again, PUSHED BY_EXPRESSION ".cfi_def_cfa %rsp, 16\n");
FUNCTION(at_outermost, PUSHED ".cfi_undefined %rip\n");
FUNCTION(at_signal, PUSHED ".cfi_signal_frame\n");
CODE(at_nothing, "", "");

#endif

extern const char at_plain[] __attribute__((weak)), at_saved[] __attribute__((weak)),
    at_restored[] __attribute__((weak)), at_pointer[] __attribute__((weak)),
    at_other_register[] __attribute__((weak)), at_rbp_elsewhere[] __attribute__((weak)),
    at_expression[] __attribute__((weak)), at_defined_again[] __attribute__((weak)),
    at_outermost[] __attribute__((weak)), at_signal[] __attribute__((weak)),
    at_nothing[] __attribute__((weak));

static struct rule learned(const char *address)
{
    return rules_learn((uintptr_t)address, modules_epoch());
}

static struct rule found(const char *address)
{
    return rules_find(rules, (uintptr_t)address, rules_salt(modules_epoch()));
}

static void expect(const char *address, uint32_t up, uint16_t saved, uint16_t kind)
{
    struct rule rule = learned(address), again = found(address);

    cr_expect_eq(rule.up, up, "%u", rule.up);
    cr_expect_eq(rule.saved, saved, "%u", rule.saved);
    cr_expect_eq(rule.kind, kind, "%u", rule.kind);
    cr_expect(again.up == up && again.saved == saved && again.kind == kind);
}

Test(rules, say_where_a_frame_ends_and_where_rbp_is)
{
    expect(at_plain, 272, 0, 0);
    expect(at_saved, 16, 16, 0);
    expect(at_restored, 16, 0, 0);
    expect(at_pointer, 16, 16, RULE_BY_RBP);
    expect(at_defined_again, 16, 16, 0);
    expect(at_outermost, 0, 0, RULE_OUTERMOST);
}

Test(rules, what_they_cannot_say_is_odd)
{
    expect(at_other_register, 0, 0, RULE_ODD);
    expect(at_rbp_elsewhere, 0, 0, RULE_ODD);
    expect(at_expression, 0, 0, RULE_ODD);
    expect(at_signal, 0, 0, RULE_ODD);
    expect(at_nothing, 0, 0, RULE_ODD);
}

Test(rules, of_code_that_no_module_holds_none_is_kept)
{
    const char *elsewhere = cr_malloc(8);

    cr_expect_eq(learned(elsewhere).kind, RULE_ODD);
    cr_expect_eq(found(elsewhere).kind, RULE_NONE);
}

Test(rules, are_forgotten_when_modules_are_unloaded)
{
    uint32_t before = modules_epoch();

    learned(at_plain);
    modules_changed();
    cr_expect_eq(found(at_plain).kind, RULE_NONE);
    rules_learn((uintptr_t)at_plain, before);
    cr_expect_eq(found(at_plain).kind, RULE_NONE, "it came too late");
    learned(at_plain);
    cr_expect_eq(found(at_plain).up, 272);
}

/* They say which frames are left out. */
Test(rules, are_forgotten_when_more_is_to_be_left_out)
{
    learned(at_plain);
    modules_leave_out((const void *)(uintptr_t)cr_malloc);
    cr_expect_eq(found(at_plain).kind, RULE_NONE);
}
