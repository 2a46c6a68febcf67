#include "profile/fingerprints.h"

#include "base/numbers.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t hash;
    struct site *site;
};

static int by_hash_and_address(const void *left, const void *right, void *locations)
{
    const struct entry *a = left, *b = right;
    const struct location *list = locations;
    int order = compare_numbers(a->hash, b->hash);
    for (size_t i = 1; !order && i < a->site->depth && i < b->site->depth; i++)
        order = compare_numbers(list[a->site->locations[i]].address,
                                list[b->site->locations[i]].address);
    return order;
}

void fingerprints_set(struct profile *profile)
{
    struct entry *entries = memory_new(profile->site_count, sizeof(*entries));
    for (size_t i = 0; i < profile->site_count; i++)
        entries[i] =
            (struct entry){stack_fingerprint(profile, profile->sites[i]), profile->sites[i]};
    qsort_r(entries, profile->site_count, sizeof(*entries), by_hash_and_address,
            profile->locations.list);
    unsigned ordinal = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        char *text = entries[i].site->fingerprint;
        ordinal = i > 0 && entries[i].hash == entries[i - 1].hash ? ordinal + 1 : 1;
        snprintf(text, FINGERPRINT_SIZE, "%016" PRIx64, entries[i].hash);
        if (ordinal > 1)
            snprintf(text + strlen(text), FINGERPRINT_SIZE - strlen(text), "-%u", ordinal);
    }
    free(entries);
}
