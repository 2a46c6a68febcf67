#include "profile/shortening.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 65536 /* bytes: what is longer, or deeper, is no name but damage */
#define DEEPEST 200   /* brackets in brackets */
#define NO_OPERATOR (SIZE_MAX - 1)

/* A name whose brackets are told from the operators that look like them. */
struct reading_of_name {
    char *text;
    size_t length;
    uint32_t *ends; /* by where a bracket opens: where it closes; else 0 */
};

static bool in_identifier(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80);
}

static bool starts_with(const char *text, const char *word)
{
    return *text == *word && strncmp(text, word, strlen(word)) == 0;
}

/* ---- brackets ---- */

/* The length of "operator<<", "operator()" and their like at that place; 0: none. */
static size_t operator_at(const char *text, size_t at)
{
    static const char word[] = "operator", others[] = "+-*/%^&|~!=,";
    static const char *const symbols[] = {"<=>", "<<=", ">>=", "->*", "()", "[]", "<<",
                                          ">>",  "<=",  ">=",  "->",  "<",  ">"};
    size_t length = strlen(word);
    if (!starts_with(text + at, word) || (at > 0 && in_identifier(text[at - 1])))
        return 0;
    for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
        if (starts_with(text + at + length, symbols[i]))
            return length + strlen(symbols[i]);
    }
    size_t symbol = strspn(text + at + length, others);
    return symbol > 0 ? length + symbol : 0;
}

/* Whether a '<' behind that opens arguments: an operator's stand behind a blank if they must. */
static bool opens_arguments(const char *text, size_t at, size_t behind_operator)
{
    if (at == 0 || at == behind_operator || (at == behind_operator + 1 && text[at - 1] == ' '))
        return true;
    return in_identifier(text[at - 1]) || strchr("]:, <(&*", text[at - 1]);
}

/* Without inline namespaces of the standard libraries, and what gcc marks its ABI by. */
static char *plain_text(const char *text)
{
    static const char *const versions[] = {"::__cxx11::", "::__1::", "::__ndk1::", "::_V2::"};
    char *plain = memory_new(1, strlen(text) + 1), *out = plain;
    while (*text) {
        size_t mark = starts_with(text, "[abi:") ? strcspn(text, "]") : 0;
        for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
            if (starts_with(text, versions[i]))
                text += strlen(versions[i]) - strlen("::");
        }
        if (mark > 0 && text[mark])
            text += mark + 1;
        else
            *out++ = *text++;
    }
    return plain;
}

struct opened {
    size_t at[DEEPEST];
    size_t count;
};

/* A '<' within other brackets that nothing closed was an operator. */
static bool close_bracket(struct reading_of_name *name, struct opened *opened, char open, size_t at)
{
    while (open != '<' && opened->count > 0 && name->text[opened->at[opened->count - 1]] == '<')
        opened->count--;
    if (opened->count == 0)
        return false;
    if (name->text[opened->at[opened->count - 1]] != open)
        return open == '<';
    name->ends[opened->at[--opened->count]] = (uint32_t)at;
    return true;
}

static bool read_bracket(struct reading_of_name *name, struct opened *opened, size_t at,
                         size_t behind_operator)
{
    char c = name->text[at];
    if (c == '>')
        return (at > 0 && name->text[at - 1] == '-') || close_bracket(name, opened, '<', at);
    if (c == ')' || c == ']' || c == '}')
        return close_bracket(name, opened, c == ')' ? '(' : c == ']' ? '[' : '{', at);
    if (c != '(' && c != '[' && c != '{' &&
        !(c == '<' && opens_arguments(name->text, at, behind_operator)))
        return true;
    if (opened->count == DEEPEST)
        return false;
    opened->at[opened->count++] = at;
    return true;
}

static void name_forget(struct reading_of_name *name)
{
    free(name->text);
    free(name->ends);
}

/* False if it can't be read. It is to be forgotten in any case. */
static bool read_name(struct reading_of_name *name, const char *text)
{
    struct opened opened = {.count = 0};
    size_t behind_operator = NO_OPERATOR;
    *name = (struct reading_of_name){0};
    if (strlen(text) > LONGEST)
        return false;
    name->text = plain_text(text);
    name->length = strlen(name->text);
    name->ends = memory_new(name->length + 1, sizeof(*name->ends));
    for (size_t i = 0; i < name->length; i++) {
        size_t operator= operator_at(name->text, i);
        if (operator> 0) {
            behind_operator = i + operator;
            i += operator- 1;
        } else if (!read_bracket(name, &opened, i, behind_operator)) {
            return false;
        }
    }
    return opened.count == 0;
}

/* ---- writing ---- */

struct writing {
    const struct reading_of_name *name;
    char *out;
    size_t used, room;
    size_t depth; /* of brackets that are shown */
    bool generic; /* arguments are marked, where they are not shown at all */
    bool cut;
};

static void write_bytes(struct writing *writing, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        writing->out = memory_grow(writing->out, writing->used, &writing->room, 1);
        writing->out[writing->used++] = bytes[i];
    }
}

static void write_text(struct writing *writing, const char *text)
{
    write_bytes(writing, text, strlen(text));
}

static void write_range(struct writing *writing, size_t from, size_t to, size_t nested);

/* "std::map" of "const std::map<": the path of names that ends there. */
static bool is_of_std(const struct reading_of_name *name, size_t end)
{
    size_t start = end;
    while (start > 0 && (in_identifier(name->text[start - 1]) || name->text[start - 1] == ':'))
        start--;
    return starts_with(name->text + start, "std::");
}

/* What the standard's templates take unless told. */
static bool is_default(const char *argument)
{
    static const char *const defaults[] = {"std::allocator<",   "std::default_delete<",
                                           "std::char_traits<", "std::less<",
                                           "std::equal_to<",    "std::hash<"};
    for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
        if (starts_with(argument, defaults[i]))
            return true;
    }
    return false;
}

/* Where the argument that starts there ends: at its comma, or with the list. */
static size_t argument_end(const struct reading_of_name *name, size_t at, size_t end)
{
    for (; at < end && name->text[at] != ','; at++) {
        if (name->ends[at] > at)
            at = name->ends[at];
    }
    return at;
}

/* Where the arguments that are worth it end. */
static size_t telling_end(const struct reading_of_name *name, size_t open, size_t close)
{
    size_t telling = close;
    bool defaults = false;
    if (!is_of_std(name, open))
        return close;
    for (size_t at = open + 1, end; at < close; at = end + 2) {
        end = argument_end(name, at, close);
        bool is = at > open + 1 && is_default(name->text + at);
        if (is && !defaults)
            telling = at - 2;
        defaults = is;
        if (!is)
            telling = close;
    }
    return telling;
}

/*
 * The standard's own short names: std::basic_string<char, std::char_traits<char>, ...> is
 * std::string, and so on. `at` is behind "std::"; returns where it ends, `at` if it is none.
 */
static size_t write_standard_name(struct writing *writing, size_t at)
{
    static const char basic[] = "basic_";
    static const struct {
        const char *arguments, *prefix;
    } kinds[] = {{"char, std::char_traits<char>", ""},
                 {"wchar_t, std::char_traits<wchar_t>", "w"},
                 {"char8_t, std::char_traits<char8_t>", "u8"},
                 {"char16_t, std::char_traits<char16_t>", "u16"},
                 {"char32_t, std::char_traits<char32_t>", "u32"}};
    const struct reading_of_name *name = writing->name;
    const char *own = name->text + at + strlen(basic);
    size_t open = at + strlen(basic), close;
    if (!starts_with(name->text + at, basic))
        return at;
    while (in_identifier(name->text[open]))
        open++;
    close = name->ends[open];
    if (name->text[open] != '<' || close == 0)
        return at;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        size_t end = open + 1 + strlen(kinds[i].arguments);
        if (!starts_with(name->text + open + 1, kinds[i].arguments))
            continue;
        bool allocates = starts_with(name->text + end, ", std::allocator<") &&
                         argument_end(name, end + 2, close) == close;
        if (!allocates && !starts_with(name->text + end, " >"))
            continue;
        write_text(writing, kinds[i].prefix);
        write_bytes(writing, own, open - at - strlen(basic));
        return close + 1;
    }
    return at;
}

/* Rust's <T as Trait> and Python's <module> are part of a path, arguments are not. */
static bool is_path(const struct reading_of_name *name, size_t open, size_t behind_operator)
{
    if (open == behind_operator || open == behind_operator + 1)
        return false;
    return open == 0 || strchr(": ,<(&*", name->text[open - 1]);
}

/* gcc's other word for a lambda: <lambda(int)>. Returns where its parameters are, 0: it is none. */
static size_t lambda_parameters(const char *text, size_t at)
{
    static const char *const words[] = {"{lambda(", "<lambda("};
    for (size_t i = 0; i < 2; i++) {
        if (starts_with(text + at, words[i]))
            return at + strlen(words[i]) - 1;
    }
    return 0;
}

/* {lambda(int)#2}: the number tells those apart that take the same. */
static void write_lambda(struct writing *writing, size_t open, size_t parameters, size_t nested)
{
    const struct reading_of_name *name = writing->name;
    size_t end = name->ends[parameters];
    write_text(writing, "{lambda");
    if (nested < writing->depth) {
        write_text(writing, "(");
        write_range(writing, parameters + 1, end, nested + 1);
        write_text(writing, ")");
    } else {
        writing->cut = true;
    }
    write_bytes(writing, name->text + end + 1, name->ends[open] - end - 1);
    write_text(writing, "}");
}

static void write_arguments(struct writing *writing, size_t open, bool path, size_t nested)
{
    const struct reading_of_name *name = writing->name;
    size_t close = name->ends[open];
    if (nested < writing->depth || path) {
        size_t telling = telling_end(name, open, close);
        write_text(writing, "<");
        write_range(writing, open + 1, telling, path ? nested : nested + 1);
        write_text(writing, ">");
        return;
    }
    writing->cut = true;
    if (nested > 0 || writing->generic) {
        write_text(writing, "<...>");
        return;
    }
    /* operator< <T> */
    if (writing->used > 0 && writing->out[writing->used - 1] == ' ')
        writing->used--;
}

/* Behind the parameters of a function: " const", " &&". */
static size_t qualifiers_end(const char *text, size_t at)
{
    static const char *const words[] = {" const", " volatile", " &&", " &", " noexcept"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words);) {
        if (starts_with(text + at, words[i])) {
            at += strlen(words[i]);
            i = 0;
        } else {
            i++;
        }
    }
    return at;
}

/* Behind the name of a function, rather than around a type or an expression. */
static bool opens_parameters(const struct reading_of_name *name, size_t at, size_t behind_operator)
{
    if (name->text[at] != '(' || at == 0)
        return false;
    return at == behind_operator || in_identifier(name->text[at - 1]) ||
           strchr(">]}", name->text[at - 1]);
}

/* Returns where they end. */
static size_t write_parameters(struct writing *writing, size_t open, size_t nested)
{
    const struct reading_of_name *name = writing->name;
    size_t close = name->ends[open], end = qualifiers_end(name->text, close + 1);
    if (nested < writing->depth) {
        write_text(writing, "(");
        write_range(writing, open + 1, close, nested + 1);
        write_text(writing, ")");
        return close + 1;
    }
    writing->cut = true;
    return starts_with(name->text + end, "::") || end == name->length ? end : close + 1;
}

/* One piece of the name; returns where the next is. */
static size_t write_piece(struct writing *writing, size_t at, size_t *behind_operator,
                          size_t nested)
{
    const struct reading_of_name *name = writing->name;
    const char *text = name->text;
    size_t operator= operator_at(text, at);
    if (operator> 0) {
        write_bytes(writing, text + at, operator);
        return *behind_operator = at + operator;
    }
    if (starts_with(text + at, "std::") && (at == 0 || !in_identifier(text[at - 1]))) {
        write_text(writing, "std::");
        return write_standard_name(writing, at + strlen("std::"));
    }
    size_t close = name->ends[at];
    size_t lambda = close > 0 ? lambda_parameters(text, at) : 0;
    if (lambda > 0 && name->ends[lambda] > 0) {
        write_lambda(writing, at, lambda, nested);
        return close + 1;
    }
    if (close > 0 && text[at] == '<') {
        write_arguments(writing, at, is_path(name, at, *behind_operator), nested);
        return close + 1;
    }
    if (close > 0 && opens_parameters(name, at, *behind_operator))
        return write_parameters(writing, at, nested);
    if (text[at] != ' ' || text[at + 1] != '>')
        write_bytes(writing, text + at, 1);
    return at + 1;
}

static void write_range(struct writing *writing, size_t from, size_t to, size_t nested)
{
    size_t behind_operator = NO_OPERATOR;
    while (from < to)
        from = write_piece(writing, from, &behind_operator, nested);
}

static char *writing_end(struct writing *writing, bool *cut)
{
    *cut = writing->cut;
    write_bytes(writing, "", 1);
    return writing->out;
}

char *shortened(const char *text, size_t depth, bool *cut)
{
    struct reading_of_name name;
    struct writing writing = {.name = &name, .depth = depth};
    char *result = NULL;
    *cut = false;
    if (depth == SHORTENED_GENERIC) {
        writing.depth = 0;
        writing.generic = true;
    }
    if (read_name(&name, text)) {
        write_range(&writing, 0, name.length, 0);
        result = writing_end(&writing, cut);
    }
    name_forget(&name);
    if (result && *result)
        return result;
    free(result);
    return memory_copy(text);
}

/* ---- parameters ---- */

/* Where the parameters of the function open, which are behind all else; 0: they can't be told. */
static size_t parameters_open(const struct reading_of_name *name, size_t *close)
{
    size_t found = 0, behind_operator = NO_OPERATOR;
    for (size_t i = 0; i < name->length; i++) {
        size_t operator= operator_at(name->text, i);
        if (operator> 0) {
            behind_operator = i + operator;
            i += operator- 1;
        } else if (name->ends[i] > 0) {
            if (opens_parameters(name, i, behind_operator))
                found = i;
            i = name->ends[i];
        }
    }
    *close = name->ends[found];
    return found > 0 && qualifiers_end(name->text, *close + 1) == name->length ? found : 0;
}

char *shortened_parameters(const char *signature, size_t depth, bool *cut)
{
    struct reading_of_name name;
    struct writing writing = {.name = &name, .depth = depth};
    char *result = NULL;
    size_t close, open = read_name(&name, signature) ? parameters_open(&name, &close) : 0;
    *cut = false;
    if (open > 0) {
        write_text(&writing, "(");
        write_range(&writing, open + 1, close, 1);
        write_text(&writing, name.text + close);
        result = writing_end(&writing, cut);
    }
    name_forget(&name);
    return result;
}
