#include "stacks/rules.h"

#include <stddef.h>
#include <string.h>

#include "core/lock.h"
#include "core/machine.h"
#include "core/memory.h"
#include "stacks/bare.h"
#include "tables/mapfile.h"
#include "tables/modules.h"
#include "tables/strings.h"

#define ENTRIES (RULES_MASK / sizeof(struct rule_entry) + 1)
#define WORD 8
#define UP_MOST (1 << 28)

struct rule_entry *rules;

static const struct rule odd = {.kind = RULE_ODD};

bool rules_start(void)
{
    if (MACHINE_CALLS_PUSH)
        rules = memory_reserve_for_cache((ENTRIES + RULES_IN_A_ROW) * sizeof(*rules));
    return rules != NULL;
}

/* ---- unwind information, of x86-64 ---- */

enum { RBP = 6, RSP = 7, RETURN_ADDRESS = 16 }; /* their numbers */

enum encoding {
    ENCODED_POINTER = 0,
    ENCODED_2 = 2,
    ENCODED_4 = 3,
    ENCODED_8 = 4,
    ENCODED_SIZE = 7, /* which bits say it */
    ENCODED_ALIGNED = 0x50,
};

enum instruction {
    ADVANCE = 0x40, /* these three hold a number in their other bits */
    OFFSET = 0x80,
    RESTORE = 0xc0,
    NOTHING = 0x00,
    ADVANCE_1 = 0x02,
    ADVANCE_2,
    ADVANCE_4,
    OFFSET_EXTENDED,
    RESTORE_EXTENDED,
    UNDEFINED,
    SAME_VALUE,
    IN_REGISTER,
    REMEMBER,
    RECALL,
    DEFINE,
    DEFINE_REGISTER,
    DEFINE_OFFSET,
    DEFINE_EXPRESSION,
    EXPRESSION,
    OFFSET_SIGNED,
    DEFINE_SIGNED,
    DEFINE_OFFSET_SIGNED,
    IS_OFFSET,
    IS_OFFSET_SIGNED,
    IS_EXPRESSION,
    ARGUMENTS_SIZE = 0x2e,
};

/* Where the caller's value of a register is. */
struct saved {
    enum { UNCHANGED, SAVED, NO_MORE, ELSEWHERE } how;
    int64_t offset; /* from the end of the frame */
};

/* What holds at one instruction. */
struct row {
    uint64_t base; /* register that the end of the frame counts from, */
    int64_t up;    /* and how far it is */
    bool expressed;
    struct saved rbp, rsp, return_address;
};

#define REMEMBERED_MOST 8

struct reader {
    const uint8_t *at, *end;
    bool failed;
    uint64_t code_unit;
    int64_t data_unit;
    uintptr_t place; /* in the code */
    struct row row, initial, remembered[REMEMBERED_MOST];
    unsigned depth;
};

static uint64_t read_bytes(struct reader *reader, size_t size)
{
    uint64_t value = 0;

    if ((size_t)(reader->end - reader->at) < size) {
        reader->failed = true;
        return 0;
    }
    memcpy(&value, reader->at, size);
    reader->at += size;
    return value;
}

/* `sign`: filled up with the uppermost bit. */
static uint64_t read_leb128(struct reader *reader, bool sign)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)read_bytes(reader, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    if (sign && byte & 64 && shift < 64)
        value |= ~UINT64_C(0) << shift;
    return value;
}

static uint64_t read_number(struct reader *reader)
{
    return read_leb128(reader, false);
}

static int64_t read_signed(struct reader *reader)
{
    return (int64_t)read_leb128(reader, true);
}

static void skip(struct reader *reader, uint64_t size)
{
    if (size > (uint64_t)(reader->end - reader->at))
        reader->failed = true;
    else
        reader->at += size;
}

static size_t encoded_size(uint8_t encoding)
{
    switch (encoding & ENCODED_SIZE) {
    case ENCODED_2:
        return 2;
    case ENCODED_4:
        return 4;
    case ENCODED_POINTER:
    case ENCODED_8:
        return 8;
    }
    return 0;
}

static struct saved *saved_of(struct row *row, uint64_t machine_register)
{
    static struct saved others;

    switch (machine_register) {
    case RBP:
        return &row->rbp;
    case RSP:
        return &row->rsp;
    case RETURN_ADDRESS:
        return &row->return_address;
    }
    return &others;
}

static void set(struct reader *reader, uint64_t machine_register, int how, int64_t offset)
{
    *saved_of(&reader->row, machine_register) = (struct saved){how, offset};
}

static void restore(struct reader *reader, uint64_t machine_register)
{
    *saved_of(&reader->row, machine_register) = *saved_of(&reader->initial, machine_register);
}

static void define(struct reader *reader, uint64_t base, int64_t up)
{
    reader->row.base = base;
    reader->row.up = up;
    reader->row.expressed = false;
}

/* One of those that hold no number in themselves. */
static void step_long(struct reader *reader, enum instruction instruction)
{
    uint64_t number;

    switch (instruction) {
    case NOTHING:
        break;
    case ADVANCE_1:
    case ADVANCE_2:
    case ADVANCE_4:
        number = read_bytes(reader, (size_t)1 << (instruction - ADVANCE_1));
        reader->place += number * reader->code_unit;
        break;
    case OFFSET_EXTENDED:
        number = read_number(reader);
        set(reader, number, SAVED, (int64_t)read_number(reader) * reader->data_unit);
        break;
    case OFFSET_SIGNED:
        number = read_number(reader);
        set(reader, number, SAVED, read_signed(reader) * reader->data_unit);
        break;
    case RESTORE_EXTENDED:
        restore(reader, read_number(reader));
        break;
    case UNDEFINED:
        set(reader, read_number(reader), NO_MORE, 0);
        break;
    case SAME_VALUE:
        set(reader, read_number(reader), UNCHANGED, 0);
        break;
    case IN_REGISTER:
    case IS_OFFSET:
    case IS_OFFSET_SIGNED: /* that it has a sign changes nothing about its length */
        set(reader, read_number(reader), ELSEWHERE, 0);
        read_number(reader);
        break;
    case EXPRESSION:
    case IS_EXPRESSION:
        set(reader, read_number(reader), ELSEWHERE, 0);
        skip(reader, read_number(reader));
        break;
    case REMEMBER:
        if (reader->depth == REMEMBERED_MOST)
            reader->failed = true;
        else
            reader->remembered[reader->depth++] = reader->row;
        break;
    case RECALL:
        if (reader->depth == 0)
            reader->failed = true;
        else
            reader->row = reader->remembered[--reader->depth];
        break;
    case DEFINE:
        number = read_number(reader);
        define(reader, number, (int64_t)read_number(reader));
        break;
    case DEFINE_SIGNED:
        number = read_number(reader);
        define(reader, number, read_signed(reader) * reader->data_unit);
        break;
    case DEFINE_REGISTER:
        define(reader, read_number(reader), reader->row.up);
        break;
    case DEFINE_OFFSET:
        reader->row.up = (int64_t)read_number(reader);
        break;
    case DEFINE_OFFSET_SIGNED:
        reader->row.up = read_signed(reader) * reader->data_unit;
        break;
    case DEFINE_EXPRESSION:
        reader->row.expressed = true;
        skip(reader, read_number(reader));
        break;
    case ARGUMENTS_SIZE: /* of what was pushed, which the rest takes into account */
        read_number(reader);
        break;
    default:
        reader->failed = true;
    }
}

static void step(struct reader *reader)
{
    uint8_t instruction = (uint8_t)read_bytes(reader, 1), number = instruction & 0x3f;

    switch (instruction & 0xc0) {
    case ADVANCE:
        reader->place += number * reader->code_unit;
        break;
    case OFFSET:
        set(reader, number, SAVED, (int64_t)read_number(reader) * reader->data_unit);
        break;
    case RESTORE:
        restore(reader, number);
        break;
    default:
        step_long(reader, (enum instruction)instruction);
    }
}

/* What there is up to a place in the code. */
static void run(struct reader *reader, uintptr_t place)
{
    while (reader->at < reader->end && reader->place <= place && !reader->failed)
        step(reader);
}

/* Sets the reader to a record: the length comes first. */
static void open_record(struct reader *reader, const uint8_t *record)
{
    uint32_t length;

    memcpy(&length, record, sizeof(length));
    reader->at = record + sizeof(length);
    reader->end = reader->at + length;
}

/* The record that others refer to, with what holds at the start of functions. */
static void read_common(struct reader *reader, const uint8_t *record, uint8_t *encoding,
                        bool *augmented)
{
    const char *augmentation;
    const uint8_t *behind = NULL;
    uint8_t version;

    open_record(reader, record);
    read_bytes(reader, sizeof(uint32_t));
    version = (uint8_t)read_bytes(reader, 1);
    augmentation = (const char *)reader->at;
    skip(reader, strlen(augmentation) + 1);
    reader->code_unit = read_number(reader);
    reader->data_unit = read_signed(reader);
    reader->failed |=
        (version != 1 && version != 3) ||
        (version == 1 ? read_bytes(reader, 1) : read_number(reader)) != RETURN_ADDRESS;
    *encoding = ENCODED_POINTER;
    *augmented = *augmentation == 'z';
    if (*augmented) {
        uint64_t size = read_number(reader);

        augmentation++;
        behind = reader->at + (size < (uint64_t)(reader->end - reader->at) ? size : 0);
    }
    for (; *augmentation; augmentation++) {
        uint8_t with = 0;

        switch (*augmentation) {
        case 'R':
            *encoding = (uint8_t)read_bytes(reader, 1);
            break;
        case 'L':
            read_bytes(reader, 1);
            break;
        case 'P':
            with = (uint8_t)read_bytes(reader, 1);
            reader->failed |= with == ENCODED_ALIGNED || !encoded_size(with);
            skip(reader, encoded_size(with));
            break;
        default: /* among them S, a frame that a signal interrupted */
            reader->failed = true;
        }
    }
    if (behind)
        reader->at = behind;
    run(reader, UINTPTR_MAX);
    reader->initial = reader->row;
}

/* Bytes back from the field that says so. */
static const uint8_t *common_of(const uint8_t *record)
{
    const uint8_t *field = record + sizeof(uint32_t);
    int32_t back;

    memcpy(&back, field, sizeof(back));
    return field - back;
}

static bool read_row(struct reader *reader, const void *record, uintptr_t start, uintptr_t place)
{
    uint8_t encoding;
    bool augmented;

    *reader = (struct reader){0};
    read_common(reader, common_of(record), &encoding, &augmented);
    open_record(reader, record);
    reader->failed |= encoding == ENCODED_ALIGNED || !encoded_size(encoding);
    skip(reader, sizeof(uint32_t) + 2 * encoded_size(encoding));
    if (augmented)
        skip(reader, read_number(reader));
    reader->place = start;
    run(reader, place);
    return !reader->failed;
}

/* ---- what it comes to ---- */

static bool is_plain(const struct row *row)
{
    const struct saved *rbp = &row->rbp;

    return !row->expressed && (row->base == RSP || row->base == RBP) && row->up >= WORD &&
           row->up <= UP_MOST && row->up % WORD == 0 && row->rsp.how == UNCHANGED &&
           row->return_address.how == SAVED && row->return_address.offset == -WORD &&
           (rbp->how == UNCHANGED || (rbp->how == SAVED && rbp->offset <= -2 * WORD &&
                                      rbp->offset >= -UINT16_MAX && rbp->offset % WORD == 0));
}

static struct rule rule_of(uintptr_t address)
{
    struct bases bases;
    struct reader reader;
    const void *record = __real__Unwind_Find_FDE((void *)(address - 1), &bases);
    uint16_t own = modules_is_shim((void *)address) ? RULE_LEFT_OUT : 0;

    if (!record || !read_row(&reader, record, (uintptr_t)bases.function, address - 1))
        return odd;
    if (reader.row.return_address.how == NO_MORE)
        return (struct rule){.kind = RULE_OUTERMOST | own};
    if (!is_plain(&reader.row))
        return odd;
    return (struct rule){
        .up = (uint32_t)reader.row.up,
        .saved = reader.row.rbp.how == SAVED ? (uint16_t)-reader.row.rbp.offset : 0,
        .kind = (reader.row.base == RBP ? RULE_BY_RBP : 0) | own,
    };
}

struct rule rules_find_further(const struct rule_entry *entry, uint64_t key)
{
    int i = 1;

    while (i < RULES_IN_A_ROW && __atomic_load_n(&entry[i].key, __ATOMIC_ACQUIRE) != key)
        i++;
    return i < RULES_IN_A_ROW ? entry[i].rule : (struct rule){.kind = RULE_NONE};
}

/* Of the epoch with that salt: an address has none of its upper bits set. */
static bool key_is_of(uint64_t key, uint64_t salt)
{
    return (key ^ salt) >> 48 == 0;
}

static void keep(uintptr_t address, struct rule rule, uint64_t salt)
{
    struct rule_entry *entry = rules + rules_place(address) / sizeof(*entry);
    uint64_t key = address ^ salt;

    for (int i = 0; i < RULES_IN_A_ROW; i++, entry++) {
        if (entry->key == key)
            return;
        if (entry->key && key_is_of(entry->key, salt))
            continue;
        __atomic_store(&entry->rule, &rule, __ATOMIC_RELAXED);
        __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
        return;
    }
}

struct rule rules_learn(uintptr_t address, uint32_t epoch)
{
    struct rule rule = rule_of(address);

    if (modules_know((void *)address) && lock_take(&catalog_lock)) {
        if (modules_epoch() == epoch)
            keep(address, rule, rules_salt(epoch));
        lock_give(&catalog_lock);
    }
    return rule;
}
