#include "symbols/qualified.h"

#include "symbols/unit.h"

#include <dwarf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names longer than this are damage, though templates do their best; they are cut. */
#define MAX_NAME 4096
/* So is what has deeper scopes, or types of types. */
#define MAX_DEEP 16

struct spelling {
    struct object *object;
    struct strings *strings;
    char text[MAX_NAME];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void spell(struct spelling *to, const char *format,
                                                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(to->text + to->length, sizeof(to->text) - to->length, format, arguments);
    va_end(arguments);
    to->length += strlen(to->text + to->length);
}

/* Innermost first: at most MAX_DEEP. Those of another file, which this one shares, libdw looks for.
 */
static size_t scopes_of(struct object *object, Dwarf_Die *declaration, Dwarf_Die *scopes)
{
    struct unit *unit = object_unit_of(object, declaration);
    Dwarf_Die *found = NULL;
    if (unit)
        return unit_scopes(unit, declaration, scopes, MAX_DEEP);
    int count = dwarf_getscopes_die(declaration, &found) - 1; /* the first is that itself */
    if (count > MAX_DEEP)
        count = MAX_DEEP;
    for (int i = 0; i < count; i++)
        scopes[i] = found[i + 1];
    free(found);
    return count > 0 ? (size_t)count : 0;
}

/* ---- the name ---- */

/* Classes without a name that have functions are lambdas. */
static void spell_scope(struct spelling *to, Dwarf_Die *scope, const char *lambda)
{
    const char *part = dwarf_diename(scope);
    switch (dwarf_tag(scope)) {
    case DW_TAG_namespace:
        spell(to, "%s::", part ? part : "(anonymous namespace)");
        break;
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
        spell(to, "%s::", part ? part : lambda);
        break;
    default:
        break;
    }
}

/* Finding the scopes means to walk the unit; where the language has none, that is in vain. */
static bool has_scopes(int language)
{
    switch (language) {
    case -1:
    case DW_LANG_C89:
    case DW_LANG_C:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
        return false;
    default:
        return true;
    }
}

static int language_of(Dwarf_Die *die)
{
    Dwarf_Die unit;
    return dwarf_diecu(die, &unit, NULL, NULL) ? dwarf_srclang(&unit) : -1;
}

/* ---- the signature ---- */

/* Two of DWARF 6, which not all compilers write and not all dwarf.h know. */
#define CPLUSPLUS_17 0x2a
#define CPLUSPLUS_20 0x2b

static bool is_cplusplus(int language)
{
    switch (language) {
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
    case CPLUSPLUS_17:
    case CPLUSPLUS_20:
        return true;
    default:
        return false;
    }
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), type) != NULL;
}

/* What is written behind the type that it is made of. */
static const char *type_suffix(int tag)
{
    switch (tag) {
    case DW_TAG_pointer_type:
        return "*";
    case DW_TAG_reference_type:
        return "&";
    case DW_TAG_rvalue_reference_type:
        return "&&";
    case DW_TAG_const_type:
        return " const";
    case DW_TAG_volatile_type:
        return " volatile";
    case DW_TAG_array_type:
        return "[]";
    default:
        return NULL;
    }
}

/* Without its scopes: it tells overloads apart, and they can be far. */
static void spell_type(struct spelling *to, Dwarf_Die *type, int deep)
{
    Dwarf_Die of;
    const char *suffix = type_suffix(dwarf_tag(type)), *name = dwarf_diename(type);
    if (!suffix) {
        spell(to, "%s", name ? name : "{lambda}");
        return;
    }
    if (deep < MAX_DEEP && type_of(type, &of))
        spell_type(to, &of, deep + 1);
    else
        spell(to, "void");
    spell(to, "%s", suffix);
}

static void spell_parameters(struct spelling *to, Dwarf_Die *declaration)
{
    Dwarf_Attribute attribute;
    Dwarf_Die child, type;
    const char *between = "";
    bool more = dwarf_child(declaration, &child) == 0;
    spell(to, "(");
    for (; more; more = dwarf_siblingof(&child, &child) == 0) {
        if (dwarf_tag(&child) != DW_TAG_formal_parameter ||
            dwarf_attr(&child, DW_AT_artificial, &attribute) || !type_of(&child, &type))
            continue;
        spell(to, "%s", between);
        spell_type(to, &type, 0);
        between = ", ";
    }
    spell(to, ")");
}

/* A lambda is told from others by its line. */
static void spell_signature_scope(struct spelling *to, Dwarf_Die *scope)
{
    char lambda[32];
    int line = 0;
    dwarf_decl_line(scope, &line);
    snprintf(lambda, sizeof(lambda), "{lambda:%d}", line);
    spell_scope(to, scope, lambda);
}

static void spell_function(struct spelling *to, Dwarf_Die *function, int deep);

/* What is in a lambda is in its operator(), which goes without saying. */
static void leave_lambda(struct spelling *to)
{
    static const char call[] = "}::operator()";
    size_t length = sizeof(call) - 1;
    if (to->length >= length && strcmp(to->text + to->length - length, call) == 0)
        to->length -= length - 1;
    to->text[to->length] = '\0';
}

/* Innermost first. Where a function is within another, that is one of them, and has its own. */
static void spell_scopes(struct spelling *to, Dwarf_Die *scopes, size_t count, int deep)
{
    size_t inner = 0;
    while (inner < count && dwarf_tag(&scopes[inner]) != DW_TAG_subprogram)
        inner++;
    if (inner < count && deep < MAX_DEEP) {
        spell_function(to, &scopes[inner], deep + 1);
        leave_lambda(to);
        spell(to, "::");
    }
    for (size_t i = inner; i > 0; i--)
        spell_signature_scope(to, &scopes[i - 1]);
}

static void spell_function(struct spelling *to, Dwarf_Die *function, int deep)
{
    const char *linkage = die_linkage_name(function), *own = dwarf_diename(function);
    Dwarf_Die declaration = die_declaration(function);
    if (linkage) {
        spell(to, "%s", demangled(to->strings, linkage).name);
        return;
    }
    Dwarf_Die scopes[MAX_DEEP];
    spell_scopes(to, scopes, scopes_of(to->object, &declaration, scopes), deep);
    spell(to, "%s", own ? own : "{...}");
}

/* ---- both ---- */

struct demangled qualified(struct object *object, struct strings *strings, Dwarf_Die *function)
{
    struct spelling name = {.object = object, .strings = strings}, signature = name;
    Dwarf_Attribute attribute;
    Dwarf_Die scopes[MAX_DEEP], declaration = die_declaration(function);
    const char *own = dwarf_diename(function);
    int language = language_of(&declaration);
    if (!own || !has_scopes(language))
        return (struct demangled){.name = own ? strings_add(strings, own) : NULL};
    size_t count = scopes_of(object, &declaration, scopes);
    for (size_t i = count; i > 0; i--)
        spell_scope(&name, &scopes[i - 1], "{lambda}");
    /* What other files can call by its plain name is not overloaded. */
    bool plain = name.length == 0 && dwarf_attr_integrate(function, DW_AT_external, &attribute);
    spell(&name, "%s", own);
    struct demangled spelled = {.name = strings_add(strings, name.text)};
    if (is_cplusplus(language) && !plain) {
        spell_scopes(&signature, scopes, count, 0);
        spell(&signature, "%s", own);
        spell_parameters(&signature, &declaration);
        spelled.signature = strings_add(strings, signature.text);
    }
    return spelled;
}
