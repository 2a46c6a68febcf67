#include "views/wording.h"

#include "base/text.h"
#include "profile/callers.h"
#include "profile/families.h"
#include "profile/loops.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT "..."

__attribute__((format(printf, 1, 2))) static char *wording_say(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        memory_exhausted();
    va_end(arguments);
    return text;
}

char *wording_cut(const char *text, size_t most)
{
    size_t length = strlen(text);
    if (length <= most)
        return memory_copy(text);
    length = most - strlen(CUT);
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return wording_say("%.*s" CUT, (int)length, text);
}

char *wording_title(const struct gate *gate, const struct judged *judged)
{
    struct site *site = judged->site;
    struct text loop = wording_loop(gate->profile, site);
    char *function =
        wording_cut(frame_shown(stack_headline(gate->profile, site)), WORDING_MOST / 2);
    char *title = wording_say(
        "%s: %s %s %s, %s, %s%s", verdict_name(site->finding.verdict),
        text_count(site->counts.live).s, family_label(site->family, site->kind).s,
        site->counts.live == 1 ? "timer" : "timers", state_word(judged->state, site->family),
        *loop.s ? loop.s : "created in ", function);
    free(function);
    return title;
}

char *wording_message(const struct gate *gate, const struct judged *judged)
{
    char *title = wording_title(gate, judged);
    char *message = wording_say("%s: %s", title, site_why(gate->profile, judged->site));
    free(title);
    return message;
}

char *wording_frame(const struct repository *repository, const struct stack_frame *frame)
{
    const char *inside = repository_path(repository, frame);
    const char *path = inside ? inside : frame->short_file;
    char *name = wording_cut(frame_shown(frame), WORDING_MOST), *text;
    char *file = wording_cut(path ? path : "", WORDING_MOST);
    if (path && frame->line > 0)
        text = wording_say("%s%s  %s:%d", name, stack_mark(frame), file, frame->line);
    else if (stack_made(frame))
        text = wording_say("%s  %s", name, stack_made_in(frame));
    else if (frame->function && frame->module)
        text = wording_say("%s  %s", name, frame->module->name);
    else
        text = memory_copy(name);
    free(name);
    free(file);
    return text;
}

char *wording_outcome(const struct gate *gate, const struct judged *judged)
{
    switch (judged->outcome) {
    case OUTCOME_SUPPRESSED:
        return wording_say("suppressed by %s", judged->rule->text);
    case OUTCOME_KNOWN:
        return memory_copy("known: in the baseline");
    case OUTCOME_FAILS:
        return wording_message(gate, judged);
    default:
        return memory_copy(site_why(gate->profile, judged->site));
    }
}

char *wording_duplicates(struct profile *profile, const struct site *site)
{
    const struct caller *most = callers_most(profile, site, CALLER_DUPLICATES);
    const char *elsewhere =
        most && most->timers < site->counts.on_duplicates ? " and elsewhere" : "";
    char *made = most ? wording_caller(profile, site, most->location) : NULL, *text = NULL;
    if (site->counts.on_duplicates > 0)
        text = wording_say("%s live through duplicates%s%s%s; the original descriptor was closed",
                           text_count(site->counts.on_duplicates).s, made ? " made at " : "",
                           made ? made : "", elsewhere);
    free(made);
    return text;
}

struct text wording_loop(struct profile *profile, struct site *site)
{
    struct text text = {""};
    const struct foreign *library = loop_of(profile, site);
    if (library)
        snprintf(text.s, sizeof(text.s), "%s's %s, made at ", library->library,
                 site->counts.live > 1 ? "loops" : "loop");
    return text;
}

char *wording_caller(struct profile *profile, const struct site *site, uint32_t location)
{
    const struct stack_frame *frame = caller_frame(profile, site, location);
    char *name = wording_cut(frame_shown(frame), WORDING_MOST), *text;
    if (frame->short_file && frame->line > 0)
        text = wording_say("%s %s:%d", name, frame->short_file, frame->line);
    else
        text = memory_copy(name);
    free(name);
    return text;
}

char *wording_too_many(const struct gate *gate)
{
    if (!gate->too_many)
        return NULL;
    return wording_say("%s, more than the %s that --max-live allows",
                       text_plural(gate->live, "timer is live", "timers are live").s,
                       text_count(gate->options.max_live).s);
}

char *wording_summary(const struct gate *gate)
{
    const size_t *outcomes = gate->outcomes;
    return wording_say(
        "%s%s, %zu known, %zu suppressed, %s", gate->doubt_count > 0 ? "not to be judged: " : "",
        text_plural(outcomes[OUTCOME_FAILS], "site fails", "sites fail").s, outcomes[OUTCOME_KNOWN],
        outcomes[OUTCOME_SUPPRESSED], text_plural(outcomes[OUTCOME_PASSES], "passes", "pass").s);
}
