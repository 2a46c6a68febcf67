/* Recordings that are made in memory, and written in one go. */
#include "recording/reader.h"
#include "recording/writer.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct recording *read_again(const struct writer *writer)
{
    char *bytes, error[ERROR_SIZE];
    size_t size;
    FILE *to = memory_stream(&bytes, &size);
    cr_assert(writer_write(writer, to));
    fclose(to);
    int file = memfd_create("recording", MFD_CLOEXEC);
    cr_assert_eq(write(file, bytes, size), (ssize_t)size);
    free(bytes);
    struct recording *recording = recording_open_copy(file, "written", error);
    cr_assert(recording, "%s", error);
    cr_expect_eq(size, (size_t)recording->header.page_count * TLK_PAGE);
    cr_expect_eq(recording->header.page_used, recording->header.page_count);
    return recording;
}

Test(writer, one_of_no_records_is_a_header)
{
    struct writer writer;
    writer_begin(&writer);
    struct recording *recording = read_again(&writer);
    cr_expect_eq(recording->header.page_count, 1);
    cr_expect_eq(recording->header.family_count, TLK_GOTIME + 1);
    cr_expect_str_eq(recording->header.families[TLK_ITIMER].name, "itimer");
    for (int id = 0; id < TLK_REGIONS; id++)
        cr_expect_eq(recording_count(recording, (enum tlk_region_id)id), 0);
    recording_close(recording);
    writer_end(&writer);
}

Test(writer, what_was_taken_together_lies_in_one_segment_and_is_read_again)
{
    enum { COUNT = 3000 };
    static uint32_t strings[COUNT];
    char text[64];
    struct writer writer;
    writer_begin(&writer);
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "%0*d", 1 + i % 60, i);
        strings[i] = writer_string(&writer, text);
        cr_assert_eq(tlk_segment_of(strings[i], 8192),
                     tlk_segment_of(strings[i] + (uint32_t)strlen(text), 8192));
    }
    struct recording *recording = read_again(&writer);
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "%0*d", 1 + i % 60, i);
        cr_expect_str_eq(recording_string(recording, strings[i]), text);
    }
    recording_close(recording);
    writer_end(&writer);
}

/* Of the last segment there are as many pages as have records, whole ones included. */
Test(writer, a_file_ends_with_the_last_page_in_use)
{
    for (uint32_t count = 120; count < 140; count++) {
        struct writer writer;
        uint32_t index;
        writer_begin(&writer);
        for (uint32_t i = 1; i < count; i++) {
            struct tlk_module *module = writer_take(&writer, TLK_MODULES, 1, &index);
            module->bias = i;
        }
        struct recording *recording = read_again(&writer);
        struct tlk_module module;
        cr_assert(recording_module(recording, count - 1, &module));
        cr_expect_eq(module.bias, count - 1);
        cr_expect_eq(recording->header.page_count, 1 + (count + 31) / 32);
        cr_expect_eq(recording->header.regions[TLK_MODULES].room, (count + 31) / 32 * 32);
        recording_close(recording);
        writer_end(&writer);
    }
}

Test(writer, it_grows_as_far_as_a_recording_may)
{
    struct writer writer;
    uint32_t index;
    uint64_t taken = 0;
    writer_begin(&writer);
    cr_expect_null(writer_take(&writer, TLK_STRINGS, 8193, &index));
    while (writer_take(&writer, TLK_STRINGS, 8192, &index))
        taken += 8192;
    cr_expect_gt(taken, TLK_LARGEST / 4);
    cr_expect_leq((uint64_t)writer.header.page_used * TLK_PAGE, TLK_LARGEST);
    cr_expect_eq(writer_string(&writer, "no room"), 0);
    cr_expect(writer_take(&writer, TLK_SITES, 1, &index), "what is smaller has room yet");
    writer_end(&writer);
}
