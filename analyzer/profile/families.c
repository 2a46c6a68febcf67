#include "profile/families.h"

#include "profile/foreign.h"

#include <stdio.h>
#include <string.h>

static struct tlk_family families[FAMILIES_MOST] = {[TLK_NO_FAMILY] = {"any", 0, 0},
#define X(number, name, traits) [number] = {name, traits, 0},
                                                    TLK_FAMILIES_OF_SHIM(X)
#undef X
};

#define X(number, name, traits) +1
static uint64_t count = 1 TLK_FAMILIES_OF_SHIM(X);
#undef X

/* Whatever recordings bring: these can be asked about. */
__attribute__((constructor)) static void families_add_foreign(void)
{
    const struct foreign *foreign;
    for (size_t i = 0; (foreign = foreign_at(i)); i++) {
        struct tlk_family *family = &families[count++];
        snprintf(family->name, sizeof(family->name), "%s", foreign->family);
        family->traits = foreign->traits;
    }
}

uint64_t family_count(void)
{
    return count;
}

uint64_t families_known(void)
{
    uint64_t bits = 0;
    for (uint64_t i = 1; i < count; i++)
        bits |= UINT64_C(1) << i;
    return bits;
}

static bool is_name(const struct tlk_family *family)
{
    size_t length = strnlen(family->name, sizeof(family->name));
    return length > 0 && length < sizeof(family->name) &&
           strspn(family->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static uint64_t family_intern(const struct tlk_family *family)
{
    if (!is_name(family))
        return 0;
    for (uint64_t i = 1; i < count; i++) {
        if (strcmp(families[i].name, family->name) == 0 && families[i].traits == family->traits)
            return i;
    }
    if (count == FAMILIES_MOST)
        return 0;
    families[count] = *family;
    return count++;
}

void families_intern(const struct tlk_header *header, uint64_t numbers[TLK_FAMILIES])
{
    for (uint32_t i = 0; i < TLK_FAMILIES; i++)
        numbers[i] = i > 0 && i < header->family_count ? family_intern(&header->families[i]) : 0;
}

uint64_t families_of(const struct tlk_header *header, bool watched)
{
    uint64_t numbers[TLK_FAMILIES], bits = 0;
    families_intern(header, numbers);
    for (uint32_t i = 0; i < TLK_FAMILIES; i++) {
        if (numbers[i] && (header->families[i].watched != 0) == watched)
            bits |= UINT64_C(1) << numbers[i];
    }
    return bits;
}

const char *family_name(uint64_t family)
{
    return families[family].name;
}

bool family_has(uint64_t family, uint32_t traits)
{
    return families[family].traits & traits;
}

uint64_t families_named(const char *name, size_t length)
{
    uint64_t named = 0;
    for (uint64_t i = 1; i < count; i++) {
        if (text_is(name, length, families[i].name))
            named |= UINT64_C(1) << i;
    }
    return named;
}

uint64_t family_namesakes(uint64_t family)
{
    return families_named(families[family].name, strlen(families[family].name));
}

bool family_is_first(uint64_t family)
{
    return (family_namesakes(family) & ((UINT64_C(1) << family) - 1)) == 0;
}

bool family_parse(const char *list, uint64_t *parsed, struct text *unknown)
{
    bool known = true, all = !list || strcmp(list, FAMILIES_ALL) == 0;
    *parsed = all ? UINT64_MAX : 0;
    while (!all && *list) {
        size_t length = strcspn(list, ",");
        uint64_t named = families_named(list, length);
        if (!named && known)
            snprintf(unknown->s, sizeof(unknown->s), "%.*s", (int)length, list);
        known &= named != 0;
        *parsed |= named;
        list += length + (list[length] == ',');
    }
    return known;
}

struct family_list family_list(uint64_t listed, const char *separator)
{
    struct family_list list = {""};
    size_t length = 0;
    for (uint64_t family = 1; family < count && length < sizeof(list.s); family++) {
        if (listed & family_namesakes(family) && family_is_first(family))
            length += (size_t)snprintf(list.s + length, sizeof(list.s) - length, "%s%s",
                                       length > 0 ? separator : "", family_name(family));
    }
    return list;
}

struct text family_label(uint64_t family, const char *kind)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%s%s%.20s", family_name(family), *kind ? "/" : "", kind);
    return text;
}
