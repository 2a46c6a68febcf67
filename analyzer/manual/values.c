#include "manual/values.h"

#include "manual/template.h"
#include "profile/families.h"
#include "profile/gate.h"
#include "profile/samples.h"

#include <ctype.h>
#include <string.h>

static void value_add_word(struct value *value, const char *word, size_t length)
{
    size_t used = strlen(value->words);
    if (used + length + 2 > sizeof(value->words))
        template_die("there are more words than expected: %s", value->words);
    snprintf(value->words + used, sizeof(value->words) - used, "%s%.*s", used > 0 ? " " : "",
             (int)length, word);
}

static void value_add(struct value *value, const char *word)
{
    value_add_word(value, word, strlen(word));
}

/* ---- values of options ---- */

static void add_families(struct value *value)
{
    for (uint64_t family = 1; family < family_count(); family++)
        value_add(value, family_name(family));
    value_add(value, FAMILIES_ALL);
}

static void add_sample_types(struct value *value)
{
    for (size_t i = 0; sample_at(i); i++)
        value_add(value, sample_at(i)->name);
}

static void add_units(struct value *value)
{
    value_add(value, OPTION_UNITS);
}

static void add_failures(struct value *value)
{
    value_add(value, "leak growing held");
    for (enum timer_state state = 0; state < TIMER_STATES; state++)
        value_add(value, state_name(state));
    value_add(value, GATE_PASSED_ON);
    value_add(value, GATE_OVERWRITTEN);
}

/* Values that their placeholder does not tell. */
static const struct {
    enum option_id id;
    enum value_kind kind;
    void (*add)(struct value *value);
} known[] = {
    {OPTION_FAMILIES, VALUE_LIST, add_families},
    {OPTION_FAIL_ON, VALUE_LIST, add_failures},
    {OPTION_SAMPLE_INDEX, VALUE_WORD, add_sample_types},
    {OPTION_UNIT, VALUE_WORD, add_units},
    {OPTION_BASE, VALUE_RECORDING, NULL},
    {OPTION_DIFF_BASE, VALUE_RECORDING, NULL},
};

/* ---- placeholders ---- */

static const struct {
    const char *name;
    enum value_kind option, argument; /* as the value of an option, as an argument */
} placeholders[] = {
    {"FILE", VALUE_FILE, VALUE_RECORDING},     {"OUT", VALUE_FILE, VALUE_FILE},
    {"DIR", VALUE_DIRECTORY, VALUE_DIRECTORY}, {"DIR:DIR", VALUE_DIRECTORY, VALUE_DIRECTORY},
    {"BASE", VALUE_ANY, VALUE_RECORDING},      {"PID", VALUE_PID, VALUE_PID},
    {"COMMAND", VALUE_ANY, VALUE_COMMAND},     {"WORD", VALUE_ANY, VALUE_WORD},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void add_alternatives(struct value *value, const char *text)
{
    value->kind = VALUE_WORD;
    while (*text) {
        size_t length = strcspn(text, "|");
        value_add_word(value, text, length);
        text += length + (text[length] == '|');
    }
}

struct value value_of_option(enum option_id id)
{
    struct value value = {.kind = VALUE_ANY};
    const char *placeholder = option_value(id);
    for (size_t i = 0; i < COUNT(known); i++) {
        if (known[i].id != id)
            continue;
        value.kind = known[i].kind;
        if (known[i].add)
            known[i].add(&value);
        return value;
    }
    if (islower((unsigned char)*placeholder))
        add_alternatives(&value, placeholder);
    for (size_t i = 0; i < COUNT(placeholders); i++) {
        if (strcmp(placeholders[i].name, placeholder) == 0)
            value.kind = placeholders[i].option;
    }
    return value;
}

static void add_explained(struct value *value)
{
    for (size_t i = 0; explain_word(i); i++)
        value_add(value, explain_word(i));
}

bool value_of_argument(struct value *value, const char **name)
{
    const char *text = *name;
    size_t length = strcspn(text, "|");
    *name = text + length + (text[length] == '|');
    *value = (struct value){.kind = VALUE_ANY};
    for (size_t i = 0; i < COUNT(placeholders); i++) {
        if (strlen(placeholders[i].name) == length &&
            memcmp(placeholders[i].name, text, length) == 0)
            value->kind = placeholders[i].argument;
    }
    if (value->kind == VALUE_WORD)
        add_explained(value);
    if (islower((unsigned char)*text)) {
        value->kind = VALUE_WORD;
        value_add_word(value, text, length);
    }
    return length > 0;
}

bool value_ends_in_program(const struct argument *arguments, size_t count)
{
    struct value value;
    const char *name = count > 0 ? arguments[count - 1].name : "";
    return value_of_argument(&value, &name) && value.kind == VALUE_COMMAND;
}
