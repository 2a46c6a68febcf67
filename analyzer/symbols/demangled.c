#include "symbols/demangled.h"

#include "base/memory.h"
#include "symbols/names.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

/* Longer ones keep the version of their symbol, though templates do their best. */
#define MAX_NAME 4096

static const char *demangle(struct strings *strings, const char *name, int options)
{
    char *text = cplus_demangle(name, DMGL_ANSI | DMGL_AUTO | options);
    const char *kept = text ? strings_add(strings, text) : NULL;
    free(text);
    return kept;
}

/* The parts that a compiler makes of a function are that function. */
static const char *signature_of(struct strings *strings, const char *name)
{
    const char *signature = demangle(strings, name, DMGL_PARAMS);
    const char *clone = signature ? strstr(signature, " [clone ") : NULL;
    if (!clone)
        return signature;
    char *whole = memory_copy(signature);
    whole[clone - signature] = '\0';
    signature = strings_add(strings, whole);
    free(whole);
    return signature;
}

struct demangled demangled(struct strings *strings, const char *name)
{
    char plain[MAX_NAME];
    size_t length = name_length(name);
    if (length < sizeof(plain) && name[length]) {
        memcpy(plain, name, length);
        plain[length] = '\0';
        name = plain;
    }
    struct demangled readable = {.name = demangle(strings, name, 0)};
    if (!readable.name)
        return (struct demangled){.name = strings_add(strings, name)};
    readable.signature = signature_of(strings, name);
    if (readable.signature == readable.name)
        readable.signature = NULL;
    return readable;
}
