#include "exports/html/tables.h"

#include "base/text.h"
#include "exports/html/text.h"
#include "profile/families.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define SITES_MOST 1000

struct column {
    const char *name;
    size_t field; /* in struct counts */
};

#define COLUMN(name, field)                                                                        \
    {                                                                                              \
        name, offsetof(struct counts, field)                                                       \
    }

/* Named as report --json has them. */
static const struct column columns[] = {
    COLUMN("live", live),
    COLUMN("created", created),
    COLUMN("released", released),
    COLUMN("peak", peak),
    COLUMN("armed", armed),
    COLUMN("fired", fired),
    COLUMN("stopped", stopped),
    COLUMN("never_armed", states[NEVER_ARMED]),
    COLUMN("never_fired", states[NEVER_FIRED]),
    COLUMN("never_stopped", states[NEVER_STOPPED]),
    COLUMN("never_released", states[NEVER_RELEASED]),
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* A dash for nothing: what is there stands out. The script sorts by data-value. */
static void write_count(FILE *to, uint64_t count)
{
    fprintf(to, "<td class=\"number\" data-value=\"%" PRIu64 "\">%s</td>", count,
            count > 0 ? text_count(count).s : "–");
}

static void write_counts(FILE *to, const struct counts *counts)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        uint64_t value;
        memcpy(&value, (const char *)counts + columns[i].field, sizeof(value));
        write_count(to, value);
    }
}

static void write_site(FILE *to, struct profile *profile, struct site *site)
{
    /* Sorted by verdict, the worst come first. */
    enum verdict verdict = site->finding.verdict;
    fprintf(to, "<tr class=\"%s\" data-site=\"%s\"><td data-value=\"%d\">%s</td>",
            verdict_name(verdict), site->fingerprint, VERDICT_LEAK - (int)verdict,
            verdict_name(verdict));
    fprintf(to, "<th scope=\"row\"><details id=\"site-%s\"><summary>", site->fingerprint);
    html_place(to, stack_headline(profile, site));
    fputs("</summary>\n", to);
    html_stack(to, profile, site);
    fprintf(to, "</details></th><td>%s</td>", family_label(site->family, site->kind).s);
    write_counts(to, &site->counts);
    fprintf(to, "<td class=\"number\" data-value=\"%" PRIu64 "\">%s</td></tr>\n", site->oldest_age,
            site->counts.live > 0 ? text_duration(site->oldest_age).s : "–");
}

static void write_column(FILE *to, const char *key, bool is_number)
{
    fprintf(to, "<th scope=\"col\" data-key=\"%s\"%s>", key, is_number ? " class=\"number\"" : "");
    for (; *key; key++)
        fputc(*key == '_' ? ' ' : *key, to);
    fputs("</th>", to);
}

void html_sites(FILE *to, struct profile *profile)
{
    size_t shown = profile->site_count < SITES_MOST ? profile->site_count : SITES_MOST;
    fputs("<table id=\"sites-table\"><thead><tr>", to);
    write_column(to, "verdict", false);
    write_column(to, "site", false);
    write_column(to, "family", false);
    for (size_t i = 0; i < COLUMNS; i++)
        write_column(to, columns[i].name, true);
    write_column(to, "oldest", true);
    fputs("</tr></thead><tbody>\n", to);
    for (size_t i = 0; i < shown; i++)
        write_site(to, profile, profile->sites[i]);
    fputs("</tbody></table>\n", to);
    if (shown < profile->site_count)
        fprintf(to,
                "<p class=\"note\">These are %s of %s sites, worst first. --focus=REGEX picks "
                "others.</p>\n",
                text_count(shown).s, text_count(profile->site_count).s);
}
