#include "manual/synopsis.h"

#include "manual/template.h"

#include <stdio.h>
#include <string.h>

#define AND_MORE "..."

/* Where a bracket ends that has begun before `text`. */
static size_t unit_length(const char *text)
{
    size_t length = 0;
    for (int depth = 1; text[length]; length++) {
        depth += text[length] == '[';
        depth -= text[length] == ']';
        if (depth == 0)
            break;
    }
    return length;
}

bool synopsis_next(const char **synopsis, struct unit *unit)
{
    const char *text = *synopsis + strspn(*synopsis, " ");
    unit->optional = *text == '[';
    text += unit->optional;
    size_t length = unit->optional ? unit_length(text) : strcspn(text, " ");
    if (length >= sizeof(unit->text))
        template_die("a synopsis is not understood: %s", text);
    snprintf(unit->text, sizeof(unit->text), "%.*s", (int)length, text);
    *synopsis = text + length + unit->optional;
    return length > 0;
}

/* Cuts "..." off. */
static bool argument_cut_repetition(char *name)
{
    size_t length = strlen(name), more = strlen(AND_MORE);
    if (length < more || strcmp(name + length - more, AND_MORE) != 0)
        return false;
    name[length - more] = '\0';
    return true;
}

static void argument_join(char *name, const char *alternative)
{
    size_t used = strlen(name);
    if (used + strlen(alternative) + 2 > SYNOPSIS_UNIT)
        template_die("a synopsis is not understood: %s", alternative);
    snprintf(name + used, SYNOPSIS_UNIT - used, "|%s", alternative);
}

size_t synopsis_arguments(const char *synopsis, struct argument arguments[SYNOPSIS_ARGUMENTS])
{
    struct unit unit;
    size_t count = 0;
    while (count < SYNOPSIS_ARGUMENTS && synopsis_next(&synopsis, &unit)) {
        bool option = unit.text[0] == '-';
        if (option && !unit.optional)
            synopsis_next(&synopsis, &unit);       /* its value */
        unit.text[strcspn(unit.text, " ")] = '\0'; /* what follows is of the same kind */
        bool repeats = argument_cut_repetition(unit.text);
        if (option || strcmp(unit.text, "OPTION") == 0)
            continue;
        if (count > 0 && arguments[count - 1].repeats) {
            argument_join(arguments[count - 1].name, unit.text);
            continue;
        }
        memcpy(arguments[count].name, unit.text, sizeof(unit.text));
        arguments[count++].repeats = repeats;
        if (strcmp(unit.text, "COMMAND") == 0)
            break;
    }
    return count;
}
