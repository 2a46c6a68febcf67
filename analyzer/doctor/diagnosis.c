#include "doctor/diagnosis.h"

#include "base/memory.h"
#include "base/terminal.h"
#include "base/text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
    [HEALTH_OK] = "ok",
    [HEALTH_NOTE] = "note",
    [HEALTH_MEND] = "mend",
    [HEALTH_NO] = "no",
};

static const enum style styles[] = {
    [HEALTH_OK] = STYLE_PLAIN,
    [HEALTH_NOTE] = STYLE_PLAIN,
    [HEALTH_MEND] = STYLE_STRONG,
    [HEALTH_NO] = STYLE_ALARM,
};

void diagnosis_group(struct diagnosis *diagnosis, const char *group)
{
    diagnosis->group = group;
}

__attribute__((format(printf, 1, 0))) static char *format_clean(const char *format,
                                                                va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        memory_exhausted();
    text_clean(text);
    return text;
}

void diagnosis_remark(struct diagnosis *diagnosis, enum health health, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diagnosis->remarks = memory_grow(diagnosis->remarks, diagnosis->count, &diagnosis->room,
                                     sizeof(*diagnosis->remarks));
    diagnosis->remarks[diagnosis->count++] = (struct remark){
        .group = diagnosis->group, .health = health, .text = format_clean(format, arguments)};
    va_end(arguments);
}

void diagnosis_advise(struct diagnosis *diagnosis, const char *format, ...)
{
    struct remark *remark = &diagnosis->remarks[diagnosis->count - 1];
    va_list arguments;
    va_start(arguments, format);
    char *line = format_clean(format, arguments);
    va_end(arguments);
    size_t before = remark->advice ? strlen(remark->advice) : 0;
    size_t size = before + strlen(line) + sizeof("\n");
    remark->advice = memory_resize(remark->advice, size, 1);
    snprintf(remark->advice + before, size - before, "%s\n", line);
    free(line);
}

size_t diagnosis_count(const struct diagnosis *diagnosis, enum health health)
{
    size_t count = 0;
    for (size_t i = 0; i < diagnosis->count; i++)
        count += diagnosis->remarks[i].health == health;
    return count;
}

static void print_advice(FILE *to, const char *advice)
{
    for (size_t length; *advice; advice += length + 1) {
        length = strcspn(advice, "\n");
        fprintf(to, "          %.*s\n", (int)length, advice);
    }
}

static void print_conclusion(FILE *to, const struct diagnosis *diagnosis)
{
    size_t prevented = diagnosis_count(diagnosis, HEALTH_NO);
    size_t to_mend = diagnosis_count(diagnosis, HEALTH_MEND);
    if (prevented == 0 && to_mend == 0)
        fprintf(to, "Ready.\n");
    else if (prevented == 0)
        fprintf(to, "Ready, but there %s %s to mend.\n", to_mend == 1 ? "is" : "are",
                text_plural(to_mend, "thing", "things").s);
    else if (to_mend == 0)
        fprintf(to, "Not ready: %s recording.\n",
                text_plural(prevented, "thing prevents", "things prevent").s);
    else
        fprintf(to, "Not ready: %s recording, and there %s %s more to mend.\n",
                text_plural(prevented, "thing prevents", "things prevent").s,
                to_mend == 1 ? "is" : "are", text_count(to_mend).s);
}

void diagnosis_print(FILE *to, const struct diagnosis *diagnosis)
{
    const char *group = NULL;
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct remark *remark = &diagnosis->remarks[i];
        if (remark->group != group)
            fprintf(to, "%s%s%s\n", style(to, STYLE_STRONG), remark->group, style(to, STYLE_PLAIN));
        group = remark->group;
        fprintf(to, "  %s%-4s%s  %s\n", style(to, styles[remark->health]), words[remark->health],
                style(to, STYLE_PLAIN), remark->text);
        if (remark->advice)
            print_advice(to, remark->advice);
    }
    print_conclusion(to, diagnosis);
}

void diagnosis_write_json(FILE *to, const struct diagnosis *diagnosis)
{
    json_t *remarks = json_array();
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct remark *remark = &diagnosis->remarks[i];
        json_array_append_new(remarks, json_pack("{ss ss ss ss*}", "group", remark->group, "health",
                                                 words[remark->health], "text", remark->text,
                                                 "advice", remark->advice));
    }
    json_t *whole = json_pack("{ss so sb}", "schema", "timerleak/1", "remarks", remarks, "ready",
                              diagnosis_count(diagnosis, HEALTH_NO) == 0);
    json_dumpf(whole, to, JSON_INDENT(2));
    fputc('\n', to);
    json_decref(whole);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++) {
        free(diagnosis->remarks[i].text);
        free(diagnosis->remarks[i].advice);
    }
    free(diagnosis->remarks);
    *diagnosis = (struct diagnosis){0};
}
