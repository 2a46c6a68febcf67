/* The symbol table of this very binary: it tells what libdwfl does. */
#include "self.h"
#include "symbols/object.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

/* Local and global ones, aliases, a label, one within another, and what lies behind them. */
__asm__(".pushsection .text.symtab_test,\"ax\"\n"
        ".globl symtab_test_outer\n.type symtab_test_outer,@function\n"
        ".weak symtab_test_alias\n.type symtab_test_alias,@function\n"
        ".type symtab_test_local,@function\n"
        "symtab_test_outer:\nsymtab_test_alias:\nsymtab_test_local:\n.rept 16\nnop\n.endr\n"
        ".globl symtab_test_within\n.type symtab_test_within,@function\n"
        ".set symtab_test_within,symtab_test_outer+4\n.size symtab_test_within,8\n"
        ".globl symtab_test_a\n.type symtab_test_a,@function\n"
        ".set symtab_test_a,symtab_test_outer+6\n.size symtab_test_a,4\n"
        ".globl symtab_test_b\n.type symtab_test_b,@function\n"
        ".set symtab_test_b,symtab_test_outer+6\n.size symtab_test_b,2\n"
        ".weak symtab_test_weak\n.type symtab_test_weak,@function\n"
        ".set symtab_test_weak,symtab_test_outer+14\n.size symtab_test_weak,4\n"
        ".type symtab_test_inner,@function\n"
        "symtab_test_inner:\n.rept 16\nnop\n.endr\n.size symtab_test_inner,16\n"
        ".rept 16\nnop\n.endr\n"
        ".size symtab_test_outer,48\n.size symtab_test_alias,20\n.size symtab_test_local,48\n"
        "symtab_test_label:\nsymtab_test_other:\n.rept 16\nnop\n.endr\n"
        ".globl symtab_test_behind\n"
        "symtab_test_behind:\n.rept 16\nnop\n.endr\n"
        ".popsection\n");
extern const char symtab_test_outer[];

static struct object opened(void)
{
    struct self self = self_make();
    struct object object;
    const struct object_identity identity = {self.path, self.build_id, self.build_id_size, 0};
    cr_assert_null(object_open(&object, &identity));
    return object;
}

static void expect_same(struct object *object, Dwarf_Addr address)
{
    const char *theirs = dwfl_module_addrname(object->module, address);
    const char *ours = symtab_name(&object->symtab, object->module, address);
    cr_expect((!ours && !theirs) || (ours && theirs && strcmp(ours, theirs) == 0),
              "%" PRIx64 ": %s, libdwfl has %s", (uint64_t)address, ours, theirs);
}

Test(symtab, tells_of_symbols_that_overlap_what_libdwfl_tells)
{
    struct self self = self_make();
    struct object object = opened();
    Dwarf_Addr start = (uintptr_t)symtab_test_outer - self.bias + object.bias;
    for (Dwarf_Addr address = start; address < start + 80; address++)
        expect_same(&object, address);
    const char *name = symtab_name(&object.symtab, object.module, start + 6);
    cr_expect_str_eq(name, "symtab_test_b", "the smallest");
    name = symtab_name(&object.symtab, object.module, start + 11);
    cr_expect_str_eq(name, "symtab_test_within", "the nearest");
    name = symtab_name(&object.symtab, object.module, start + 20);
    cr_expect_str_eq(name, "symtab_test_outer", "what is global goes before what is inner");
    name = symtab_name(&object.symtab, object.module, start + 70);
    cr_expect_str_eq(name, "symtab_test_behind", "a label is good for what follows");
    object_close(&object);
}

Test(symtab, tells_of_code_what_libdwfl_tells)
{
    struct object object = opened();
    int count = dwfl_module_getsymtab(object.module);
    for (int i = 1; i < count; i += count / 500 + 1) {
        GElf_Sym symbol;
        GElf_Addr address;
        dwfl_module_getsym_info(object.module, i, &symbol, &address, NULL, NULL, NULL);
        if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF)
            continue;
        expect_same(&object, address);
        expect_same(&object, address + symbol.st_size / 2);
        expect_same(&object, address + symbol.st_size);
    }
    object_close(&object);
}

Test(symtab, before_all_and_behind_all_there_is_none)
{
    struct object object = opened();
    cr_expect_null(symtab_name(&object.symtab, object.module, 0));
    cr_expect_null(symtab_name(&object.symtab, object.module, UINT64_MAX));
    object_close(&object);
}
