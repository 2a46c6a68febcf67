#include "trace/prologue.h"

#include <stdbool.h>
#include <string.h>

/* By the numbers that instructions have for them. */
static const uint8_t dwarf_numbers[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

#define REX_B 1
#define REX_W 8

struct instruction {
    uint8_t rex, opcode, mode; /* mode: ModRM */
    size_t size;               /* 0: one that is not known here */
    const uint8_t *immediate;  /* at its end */
};

/* Of ModRM and what follows it. */
static size_t operand_size(uint8_t mode, uint8_t scaled)
{
    unsigned kind = mode >> 6, base = mode & 7;
    size_t size = 1 + (kind == 1 ? 1 : kind == 2 ? 4 : 0);
    if (kind == 3)
        return 1;
    if (base == 4)
        size += 1 + (kind == 0 && (scaled & 7) == 5 ? 4 : 0);
    return size + (kind == 0 && base == 5 ? 4 : 0);
}

/* Moves, tests and sums, which compilers put between what is saved. */
static bool has_operand(uint8_t opcode)
{
    return memchr("\x31\x33\x39\x3b\x63\x83\x81\x85\x89\x8b\x8d\xc7", opcode, 12) != NULL;
}

/* `code` has fifteen bytes, as the longest has. */
static struct instruction instruction_read(const uint8_t *code)
{
    struct instruction instruction = {.rex = 0};
    const uint8_t *at = code;
    if (*at == 0x64) /* %fs: where the guard of the stack is */
        at++;
    if (*at >> 4 == 4)
        instruction.rex = *at++;
    instruction.opcode = *at++;
    if (instruction.opcode >> 4 == 5 && instruction.opcode < 0x58) {
        instruction.size = (size_t)(at - code);
    } else if (instruction.opcode >> 3 == 0xb8 >> 3) { /* a constant into a register */
        instruction.size = (size_t)(at - code) + (instruction.rex & REX_W ? 8 : 4);
    } else if (has_operand(instruction.opcode)) {
        instruction.mode = at[0];
        at += operand_size(at[0], at[1]);
        instruction.immediate = at;
        at += instruction.opcode == 0x83 ? 1 : 0;
        at += instruction.opcode == 0x81 || instruction.opcode == 0xc7 ? 4 : 0;
        instruction.size = (size_t)(at - code);
    }
    return instruction;
}

/* sub $ROOM, %rsp */
static bool makes_room(const struct instruction *instruction, uint64_t *room)
{
    int32_t wide;
    if ((instruction->opcode != 0x83 && instruction->opcode != 0x81) || instruction->mode != 0xec ||
        instruction->rex != 0x48)
        return false;
    memcpy(&wide, instruction->immediate, sizeof(wide));
    *room = (uint64_t)(instruction->opcode == 0x83 ? (int8_t)*instruction->immediate : wide);
    return true;
}

struct prologue prologue_read(const uint8_t *code, size_t size)
{
    static const uint8_t landing[] = {0xf3, 0x0f, 0x1e, 0xfa}; /* endbr64 */
    struct prologue prologue = {.room = 0};
    uint8_t bytes[PROLOGUE_MOST + 16] = {0};
    memcpy(bytes, code, size < PROLOGUE_MOST ? size : PROLOGUE_MOST);
    size_t at = memcmp(bytes, landing, sizeof(landing)) == 0 ? sizeof(landing) : 0;
    while (at < size && at < PROLOGUE_MOST) {
        struct instruction instruction = instruction_read(bytes + at);
        at += instruction.size;
        if (instruction.size == 0 || at > size || makes_room(&instruction, &prologue.room))
            break;
        if (instruction.opcode >> 4 != 5)
            continue;
        if (prologue.saved_count == sizeof(prologue.saved))
            break;
        unsigned number = (instruction.opcode & 7u) | (instruction.rex & REX_B ? 8 : 0);
        prologue.saved[prologue.saved_count++] = dwarf_numbers[number];
    }
    return prologue;
}
