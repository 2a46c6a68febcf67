#include "trace/unwind.h"

#include "base/memory.h"
#include "base/paths.h"
#include "trace/code_file.h"
#include "trace/prologue.h"

#include <dwarf.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define WORD sizeof(uint64_t)
#define OPERANDS_MOST 32
#define SCANNED_MOST 64
#define FUNCTION_MOST 8192u
#define JUMPS_WITHIN 256 /* bytes of a function that does little but call another at its end */
#define SCANS_MOST 3     /* frames from the leaf on: setitimer(), which alarm() called */

struct unwinder {
    struct memory_map *map;
    pid_t pid;
    char *root; /* what is before a path of this process, as we see it */
};

/* What a register holds, if that can be told; and where it came from, if that was not looked at. */
struct value {
    uint64_t is;
    bool known;
    enum source { LOOKED, REGISTER, WORD_OF_COPY } source;
    uint32_t from; /* the register, the offset of the word */
};

struct walk {
    struct unwinder *unwinder;
    const char *copy;
    size_t size;
    uint64_t base;    /* the address of the copy: where the leaf's stack pointer is */
    uint64_t ip;      /* of the frame at hand */
    bool interrupted; /* it is no return address */
    unsigned guesses; /* frames from the leaf on of which nothing is told */
    struct value registers[CODE_RETURN];
    struct unwound *unwound; /* NULL: only the caller is asked for */
    bool exact;              /* the looks tell all that led here */
    bool ended;              /* what was wanted lies behind the copy */
};

enum step {
    STEP_UP,
    STEP_TOP,  /* there are no callers above */
    STEP_LOST, /* who called can't be told */
};

/* ---- looking ---- */

static void look(struct walk *walk, uint32_t offset, bool relative, uint64_t word)
{
    struct unwound *unwound = walk->unwound;
    if (!unwound)
        return;
    if (unwound->look_count == TRACE_STEPS_MOST)
        walk->exact = false;
    else
        unwound->looks[unwound->look_count++] =
            (struct unwind_look){offset, relative, relative ? word - walk->base : word};
}

static bool copy_read(struct walk *walk, uint64_t address, uint64_t *word)
{
    uint64_t offset = address - walk->base;
    if (address < walk->base)
        return false;
    if (offset > walk->size || walk->size - offset < WORD) {
        walk->ended = true;
        return false;
    }
    memcpy(word, walk->copy + offset, WORD);
    return true;
}

/* An address of the stack, which leads on from here. */
static uint64_t led_by(struct walk *walk, struct value *value)
{
    if (value->source == WORD_OF_COPY)
        look(walk, value->from, true, value->is);
    else if (value->source == REGISTER && value->from == CODE_BP)
        look(walk, TRACE_STEP_BP, true, value->is);
    else if (value->source == REGISTER)
        walk->exact = false;
    value->source = LOOKED;
    return value->is;
}

static bool register_read(struct walk *walk, uint64_t number, uint64_t *is)
{
    if (number == CODE_RETURN)
        *is = walk->ip;
    else if (number > CODE_RETURN || !walk->registers[number].known)
        return false;
    else
        *is = led_by(walk, &walk->registers[number]);
    return true;
}

static bool returned_to(struct walk *walk, uint64_t address, uint64_t *ip)
{
    if (!copy_read(walk, address, ip))
        return false;
    look(walk, (uint32_t)(address - walk->base), false, *ip);
    return true;
}

/* ---- expressions, of DWARF ---- */

struct operands {
    uint64_t list[OPERANDS_MOST];
    size_t count;
};

static bool push(struct operands *operands, uint64_t operand)
{
    if (operands->count == OPERANDS_MOST)
        return false;
    operands->list[operands->count++] = operand;
    return true;
}

/* Of two: the one below, and the one that was on top of it. */
static bool combine(uint8_t operation, uint64_t *a, uint64_t b)
{
    int64_t left = (int64_t)*a, right = (int64_t)b;
    switch (operation) {
    case DW_OP_and:
        *a &= b;
        return true;
    case DW_OP_or:
        *a |= b;
        return true;
    case DW_OP_xor:
        *a ^= b;
        return true;
    case DW_OP_plus:
        *a += b;
        return true;
    case DW_OP_minus:
        *a -= b;
        return true;
    case DW_OP_mul:
        *a *= b;
        return true;
    case DW_OP_shl:
        *a = b < 64 ? *a << b : 0;
        return true;
    case DW_OP_shr:
        *a = b < 64 ? *a >> b : 0;
        return true;
    case DW_OP_eq:
        *a = left == right;
        return true;
    case DW_OP_ne:
        *a = left != right;
        return true;
    case DW_OP_ge:
        *a = left >= right;
        return true;
    case DW_OP_gt:
        *a = left > right;
        return true;
    case DW_OP_le:
        *a = left <= right;
        return true;
    case DW_OP_lt:
        *a = left < right;
        return true;
    default:
        return false;
    }
}

static bool is_constant(uint8_t operation)
{
    return operation == DW_OP_addr || (operation >= DW_OP_const1u && operation <= DW_OP_consts);
}

static bool operate(struct walk *walk, const Dwarf_Op *operation, uint64_t end,
                    struct operands *operands)
{
    uint8_t atom = operation->atom;
    uint64_t word, *top = operands->count > 0 ? &operands->list[operands->count - 1] : NULL;
    if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
        return push(operands, (uint64_t)(atom - DW_OP_lit0));
    if (is_constant(atom))
        return push(operands, operation->number);
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
        return register_read(walk, (uint64_t)(atom - DW_OP_breg0), &word) &&
               push(operands, word + operation->number);
    if (atom == DW_OP_bregx)
        return register_read(walk, operation->number, &word) &&
               push(operands, word + operation->number2);
    if (atom == DW_OP_call_frame_cfa)
        return push(operands, end);
    if (!top)
        return false;
    if (atom == DW_OP_dup)
        return push(operands, *top);
    if (atom == DW_OP_plus_uconst) {
        *top += operation->number;
        return true;
    }
    if (atom == DW_OP_deref) {
        uint64_t address = *top;
        if (!copy_read(walk, address, top))
            return false;
        look(walk, (uint32_t)(address - walk->base), true, *top);
        return true;
    }
    operands->count--;
    return atom == DW_OP_drop || (operands->count > 0 && combine(atom, top - 1, *top));
}

/* `value`: it is no address of it. */
static bool evaluate(struct walk *walk, const struct code_rule *rule, uint64_t end,
                     uint64_t *result, bool *value)
{
    struct operands operands = {.count = 0};
    size_t count = rule->number;
    *value = count > 0 && rule->operations[count - 1].atom == DW_OP_stack_value;
    for (size_t i = 0; i < count - *value; i++) {
        if (!operate(walk, &rule->operations[i], end, &operands))
            return false;
    }
    if (operands.count == 0)
        return false;
    *result = operands.list[operands.count - 1];
    return true;
}

/* ---- a frame of which the file tells ---- */

static bool frame_end(struct walk *walk, const struct code_row *row, uint64_t *end)
{
    bool value;
    if (row->end.how == CODE_EXPRESSION)
        return evaluate(walk, &row->end, 0, end, &value);
    if (row->end.how != CODE_OTHER || !register_read(walk, row->end.number, end))
        return false;
    *end += (uint64_t)row->end.offset;
    return true;
}

static struct value value_told(uint64_t is)
{
    return (struct value){.is = is, .known = true};
}

static struct value value_at(struct walk *walk, uint64_t address)
{
    struct value value = {.source = WORD_OF_COPY, .from = (uint32_t)(address - walk->base)};
    value.known = copy_read(walk, address, &value.is);
    return value;
}

static struct value value_by(struct walk *walk, const struct code_rule *rule, struct value now,
                             uint64_t end)
{
    uint64_t result;
    bool told;
    switch (rule->how) {
    case CODE_SAME:
        return now;
    case CODE_SAVED:
        return value_at(walk, end + (uint64_t)rule->offset);
    case CODE_END:
        return value_told(end + (uint64_t)rule->offset);
    case CODE_OTHER:
        return rule->number < CODE_RETURN ? walk->registers[rule->number] : (struct value){0};
    case CODE_EXPRESSION:
        if (!evaluate(walk, rule, end, &result, &told))
            return (struct value){0};
        return told ? value_told(result) : value_at(walk, result);
    default:
        return (struct value){0};
    }
}

static bool return_address(struct walk *walk, const struct code_rule *rule, uint64_t end,
                           uint64_t *ip)
{
    uint64_t address = end + (uint64_t)rule->offset;
    bool told = false;
    if (rule->how == CODE_EXPRESSION && !evaluate(walk, rule, end, &address, &told))
        return false;
    if (rule->how == CODE_SAVED || (rule->how == CODE_EXPRESSION && !told))
        return returned_to(walk, address, ip);
    walk->exact = false; /* it is in a register */
    struct value value = value_by(walk, rule, (struct value){0}, end);
    *ip = value.is;
    return value.known;
}

static enum step step_by_row(struct walk *walk, const struct code_row *row)
{
    struct value callers[CODE_RETURN];
    uint64_t end, ip;
    walk->exact &= !row->signal;
    if (row->registers[CODE_RETURN].how == CODE_UNDEFINED)
        return STEP_TOP;
    if (!frame_end(walk, row, &end) || (!row->signal && end <= walk->registers[CODE_SP].is) ||
        !return_address(walk, &row->registers[CODE_RETURN], end, &ip))
        return STEP_LOST;
    bool ended = walk->ended;
    for (size_t i = 0; i < CODE_RETURN; i++)
        callers[i] = value_by(walk, &row->registers[i], walk->registers[i], end);
    walk->ended = ended; /* of a register that may not be needed */
    if (row->registers[CODE_SP].how == CODE_SAME || !callers[CODE_SP].known)
        callers[CODE_SP] = value_told(end);
    memcpy(walk->registers, callers, sizeof(callers));
    walk->guesses = SCANS_MOST;
    walk->ip = ip;
    walk->interrupted = row->signal;
    return STEP_UP;
}

/* ---- a frame of which nothing is told ---- */

struct place {
    struct code_file *file; /* NULL: none that could be opened, or code made at run time */
    uint64_t bias;
    bool mapped, made; /* at run time */
};

static struct place place_of(struct walk *walk, const struct mapping *mapping)
{
    struct place place = {.mapped = mapping != NULL};
    if (!mapping)
        return place;
    place.made = !*mapping->file->path;
    place.file = code_file_of(mapping->file, walk->unwinder->pid);
    if (place.file)
        place.bias = code_file_bias(place.file, mapping);
    return place;
}

#define CALL_LONGEST 7

/* Whether a call through a register or memory ends there: FF /2, and what its operand takes. */
static bool is_indirect_call(const uint8_t *end)
{
    for (size_t size = 2; size <= CALL_LONGEST; size++) {
        const uint8_t *code = end - size;
        unsigned mode = code[1] >> 6, base = code[1] & 7;
        size_t needed = 2;
        if (code[0] != 0xff || (code[1] >> 3 & 7) != 2)
            continue;
        if (mode != 3 && base == 4)
            needed += 1 + (mode == 0 && size > 2 && (code[2] & 7) == 5 ? 4 : 0);
        else if (mode == 0 && base == 5)
            needed += 4;
        needed += mode == 1 ? 1 : mode == 2 ? 4 : 0;
        if (needed == size)
            return true;
    }
    return false;
}

/* Where a handler returns to: mov $15, %rax; syscall. */
static bool is_sigreturn(const struct place *place, uint64_t address)
{
    static const uint8_t sigreturn[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    uint8_t code[sizeof(sigreturn)];
    return code_file_read(place->file, address - place->bias, code, sizeof(code)) &&
           memcmp(code, sigreturn, sizeof(code)) == 0;
}

struct call {
    bool is, direct;
    uint64_t target;
};

/* What ends just before a return address. */
static struct call call_before(struct walk *walk, uint64_t address)
{
    uint8_t code[CALL_LONGEST];
    int32_t distance;
    const struct mapping *mapping = memory_map_look(walk->unwinder->map, address - 1);
    struct place place = place_of(walk, mapping);
    if (place.made)
        return (struct call){.is = true}; /* can't be read */
    if (!place.file ||
        !code_file_read(place.file, address - place.bias - CALL_LONGEST, code, sizeof(code)))
        return (struct call){.is = false};
    memcpy(&distance, code + CALL_LONGEST - sizeof(distance), sizeof(distance));
    if (code[CALL_LONGEST - 5] == 0xe8)
        return (struct call){true, true, address + (uint64_t)(int64_t)distance};
    return (struct call){.is = is_indirect_call(code + CALL_LONGEST) ||
                               is_sigreturn(&place, address)};
}

/* By the frame pointer, if it leads to one. */
static enum step step_by_pointer(struct walk *walk)
{
    struct value *pointer = &walk->registers[CODE_BP];
    uint64_t ip;
    if (!pointer->known)
        return STEP_LOST;
    uint64_t frame = led_by(walk, pointer);
    if (frame == 0)
        return STEP_TOP;
    if (frame < walk->registers[CODE_SP].is || frame % WORD != 0 ||
        !returned_to(walk, frame + WORD, &ip))
        return STEP_LOST;
    if (ip == 0)
        return STEP_TOP;
    if (!call_before(walk, ip).is)
        return STEP_LOST;
    struct value saved = value_at(walk, frame);
    memset(walk->registers, 0, sizeof(walk->registers));
    walk->registers[CODE_BP] = saved;
    walk->registers[CODE_SP] = value_told(frame + 2 * WORD);
    walk->ip = ip;
    walk->interrupted = false;
    return STEP_UP;
}

static bool leads_into(const struct call *call, const struct place *here)
{
    uint64_t start, end;
    code_file_range(here->file, &start, &end);
    return call->direct && call->target - here->bias - start < end - start;
}

/* Whether a function ends by a jump to another: who called the one is the caller of the other. */
static bool jumps_to(const struct place *here, uint64_t from, uint64_t function)
{
    enum { JUMP = 0xe9, SIZE = 1 + sizeof(int32_t) };
    uint8_t code[JUMPS_WITHIN] = {0};
    int32_t distance;
    if (!code_file_read(here->file, from, code, sizeof(code)))
        return false;
    for (size_t i = 0; i + SIZE <= sizeof(code); i++) {
        memcpy(&distance, code + i + 1, sizeof(distance));
        if (code[i] == JUMP && from + i + SIZE + (uint64_t)(int64_t)distance == function)
            return true;
    }
    return false;
}

/* Whether a call leads to the function at hand; through a register or another file it may. */
static bool leads_to(const struct call *call, const struct place *here, uint64_t function)
{
    return call->is && (!leads_into(call, here) || call->target - here->bias == function ||
                        jumps_to(here, call->target - here->bias, function));
}

/* Up to where a stack pointer is that is known: registers were saved below it, if any. */
static void go_up(struct walk *walk, uint64_t ip, uint64_t pointer)
{
    walk->ip = ip;
    walk->registers[CODE_SP] = value_told(pointer);
    walk->interrupted = false;
    walk->guesses++;
}

/* By what a function does to its stack at its beginning, if it has a symbol. */
static enum step step_by_prologue(struct walk *walk, const struct place *here, uint64_t function)
{
    uint8_t code[PROLOGUE_MOST] = {0};
    uint64_t distance = walk->ip - here->bias - function, ip;
    size_t size = distance < sizeof(code) ? distance : sizeof(code);
    if (function == 0 || !code_file_read(here->file, function, code, size))
        return STEP_LOST;
    struct prologue prologue = prologue_read(code, size);
    uint64_t at = walk->registers[CODE_SP].is + prologue.room + prologue.saved_count * WORD;
    if (!copy_read(walk, at, &ip) || !memory_map_look(walk->unwinder->map, ip - 1))
        return STEP_LOST;
    struct call call = call_before(walk, ip);
    if (!leads_to(&call, here, function))
        return STEP_LOST;
    look(walk, (uint32_t)(at - walk->base), false, ip);
    for (size_t i = 0; i < prologue.saved_count; i++)
        walk->registers[prologue.saved[i]] = value_at(walk, at - (i + 1) * WORD);
    go_up(walk, ip, at + WORD);
    return STEP_UP;
}

/* Without a symbol, a function begins where it was called, if its beginning then fits. */
static bool is_called(struct walk *walk, const struct place *here, const struct call *call)
{
    return leads_into(call, here) && walk->ip - call->target < FUNCTION_MOST &&
           step_by_prologue(walk, here, call->target - here->bias) == STEP_UP;
}

/*
 * Near the leaf alone: a stub of a C library that tells nothing of its frames. The first word that
 * is a return address is the caller's; one that leads to another function was left there.
 */
static enum step step_by_scan(struct walk *walk, const struct place *here, uint64_t function)
{
    const uint64_t from = walk->registers[CODE_SP].is;
    uint64_t word;
    walk->exact = false;
    for (size_t i = 0; i < SCANNED_MOST && copy_read(walk, from + i * WORD, &word); i++) {
        struct call call = {.is = false};
        if (memory_map_look(walk->unwinder->map, word - 1))
            call = call_before(walk, word);
        if (function == 0 && is_called(walk, here, &call))
            return STEP_UP;
        if (!leads_to(&call, here, function))
            continue;
        go_up(walk, word, from + (i + 1) * WORD);
        return STEP_UP;
    }
    walk->ended = false;
    return STEP_LOST;
}

/* The kernel's record of what was interrupted lies at the stack pointer. */
static enum step step_by_signal(struct walk *walk)
{
    static const int kept[][2] = {{CODE_BX, REG_RBX},      {CODE_BP, REG_RBP},
                                  {CODE_R12, REG_R12},     {CODE_R12 + 1, REG_R13},
                                  {CODE_R12 + 2, REG_R14}, {CODE_R12 + 3, REG_R15},
                                  {CODE_SP, REG_RSP}};
    const uint64_t record = walk->registers[CODE_SP].is + offsetof(ucontext_t, uc_mcontext.gregs);
    uint64_t ip;
    walk->exact = false;
    if (!copy_read(walk, record + REG_RIP * WORD, &ip))
        return STEP_LOST;
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
        walk->registers[kept[i][0]] = value_at(walk, record + (uint64_t)kept[i][1] * WORD);
    walk->ip = ip;
    walk->interrupted = true;
    return walk->registers[CODE_SP].known ? STEP_UP : STEP_LOST;
}

static enum step step_without(struct walk *walk, const struct place *here)
{
    uint64_t function = 0;
    if (!here->file)
        return step_by_pointer(walk);
    if (!walk->interrupted && is_sigreturn(here, walk->ip))
        return step_by_signal(walk);
    if (!code_file_function(here->file, walk->ip - !walk->interrupted - here->bias, 0, &function))
        function = 0;
    enum step step = step_by_prologue(walk, here, function);
    if (step == STEP_LOST && walk->guesses < SCANS_MOST)
        step = step_by_scan(walk, here, function);
    return step == STEP_LOST ? step_by_pointer(walk) : step;
}

/* ---- */

static enum step step_up(struct walk *walk)
{
    uint64_t address = walk->ip - !walk->interrupted;
    const struct mapping *mapping = memory_map_find(walk->unwinder->map, address);
    struct place place = place_of(walk, mapping);
    if (!mapping)
        return STEP_LOST;
    const struct code_row *row =
        place.file ? code_file_row(place.file, address - place.bias) : NULL;
    enum step step = row && row->found ? step_by_row(walk, row) : step_without(walk, &place);
    if (step != STEP_UP)
        return step;
    if (walk->ip == 0)
        return STEP_TOP;
    return memory_map_find(walk->unwinder->map, walk->ip - !walk->interrupted) ? STEP_UP
                                                                               : STEP_LOST;
}

static struct walk walk_begin(struct unwinder *unwinder, const struct trace_registers *registers,
                              const void *copy, size_t size)
{
    struct walk walk = {.unwinder = unwinder,
                        .copy = copy,
                        .size = size,
                        .base = registers->sp,
                        .ip = registers->ip,
                        .interrupted = true,
                        .exact = true};
    const uint64_t known[][2] = {
        {CODE_BX, registers->bx},       {CODE_BP, registers->bp},
        {CODE_R12, registers->r12},     {CODE_R12 + 1, registers->r13},
        {CODE_R12 + 2, registers->r14}, {CODE_R12 + 3, registers->r15},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        walk.registers[known[i][0]] =
            (struct value){known[i][1], true, REGISTER, (uint32_t)known[i][0]};
    walk.registers[CODE_SP] = value_told(registers->sp);
    return walk;
}

bool unwind(struct unwinder *unwinder, const struct trace_registers *registers, const void *stack,
            size_t size, struct unwound *unwound)
{
    struct walk walk = walk_begin(unwinder, registers, stack, size);
    enum step step = STEP_UP;
    walk.unwound = unwound;
    unwound->depth = unwound->look_count = 0;
    unwound->callers[unwound->depth++] = walk.ip;
    while (unwound->depth < TLK_MAX_DEPTH && (step = step_up(&walk)) == STEP_UP)
        unwound->callers[unwound->depth++] = walk.ip + walk.interrupted;
    unwound->truncated = step == STEP_UP || (step == STEP_LOST && walk.ended);
    if (!walk.exact)
        unwound->look_count = 0;
    return unwound->depth > 1;
}

uint64_t unwind_caller(struct unwinder *unwinder, const struct trace_registers *registers,
                       const uint64_t top[TRACE_TOP_WORDS])
{
    struct walk walk = walk_begin(unwinder, registers, top, TRACE_TOP_WORDS * WORD);
    return step_up(&walk) == STEP_UP ? walk.ip : 0;
}

/* ---- files ---- */

/* Whether the process sees the same file systems as we do. */
static bool same_mounts(pid_t pid)
{
    char path[64];
    struct stat ours, theirs;
    snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
    return stat(path, &theirs) != 0 || stat("/proc/self/ns/mnt", &ours) != 0 ||
           (ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev);
}

static char *root_of(pid_t pid)
{
    char link[64], root[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/root", (int)pid);
    if (!same_mounts(pid))
        return memory_copy(link);
    ssize_t length = readlink(link, root, sizeof(root) - 1);
    root[length > 1 ? length : 0] = '\0';
    return memory_copy(root);
}

struct unwinder *unwinder_new(struct memory_map *map, pid_t pid)
{
    struct unwinder *unwinder = memory_new(1, sizeof(*unwinder));
    *unwinder = (struct unwinder){map, pid, root_of(pid)};
    return unwinder;
}

void unwinder_free(struct unwinder *unwinder)
{
    if (!unwinder)
        return;
    free(unwinder->root);
    free(unwinder);
}

#define PATH_ROOM (2 * PATH_MAX)

static bool path_leads_to(const char *path, const struct mapped_file *file)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_ino == file->inode;
}

/*
 * Where it is for us: a process that has gone into a container, or a folder that was removed since,
 * may have it from before.
 */
static const char *path_here(const struct unwinder *unwinder, const struct mapped_file *file,
                             char name[PATH_ROOM])
{
    snprintf(name, PATH_ROOM, "%s%s", unwinder->root, file->path);
    if (*file->path == '/' && (path_leads_to(name, file) || !path_leads_to(file->path, file)))
        return name;
    return file->path;
}

bool unwinder_place(struct unwinder *unwinder, uint64_t address, struct tlk_module *module,
                    const char **path, uint64_t *vaddr)
{
    static char name[PATH_ROOM];
    const struct mapping *mapping = memory_map_find(unwinder->map, address);
    if (!mapping || !*mapping->file->path)
        return false;
    struct code_file *file = code_file_of(mapping->file, unwinder->pid);
    *module = (struct tlk_module){
        .bias = mapping->start - mapping->offset, .start = mapping->start, .end = mapping->end};
    if (file) {
        const uint8_t *build_id;
        size_t size = code_file_build_id(file, &build_id);
        module->bias = code_file_bias(file, mapping);
        code_file_range(file, &module->start, &module->end);
        module->start += module->bias;
        module->end += module->bias;
        module->build_id_size =
            (uint32_t)(size < sizeof(module->build_id) ? size : sizeof(module->build_id));
        if (size > 0)
            memcpy(module->build_id, build_id, module->build_id_size);
    }
    *path = path_here(unwinder, mapping->file, name);
    *vaddr = address - module->bias;
    return true;
}

/*
 * The same call has several names: "__timerfd_settime64", "timer_create_new". The C library's own
 * that lead to a call of another name are ways into the kernel, too.
 */
static bool names_call(const char *symbol, const char *function)
{
    static const char *const also[] = {"", "64", "_new", "_old"};
    size_t length = strlen(function);
    symbol += strspn(symbol, "_");
    if (strcmp(symbol, "syscall") == 0)
        return true;
    if (strcmp(function, "setitimer") == 0 &&
        (strcmp(symbol, "alarm") == 0 || strcmp(symbol, "ualarm") == 0))
        return true;
    for (size_t i = 0; i < sizeof(also) / sizeof(*also); i++) {
        if (strncmp(symbol, function, length) == 0 && strcmp(symbol + length, also[i]) == 0)
            return true;
    }
    return false;
}

/* All that it does before it enters the kernel is no caller's; many of its functions have no name.
 */
static bool is_c_library(const char *path)
{
    static const char *const names[] = {"libc.so", "libc-", "libc.musl", "ld-musl"};
    const char *name = path_last(path);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

bool unwinder_is_wrapper(struct unwinder *unwinder, uint64_t address, const char *function)
{
    const struct mapping *mapping = memory_map_find(unwinder->map, address);
    if (mapping && is_c_library(mapping->file->path))
        return true;
    struct code_file *file = mapping ? code_file_of(mapping->file, unwinder->pid) : NULL;
    const char *name;
    uint64_t start;
    if (!file)
        return false;
    uint64_t vaddr = address - code_file_bias(file, mapping);
    for (size_t i = 0; (name = code_file_function(file, vaddr, i, &start)); i++) {
        if (names_call(name, function))
            return true;
    }
    return false;
}
