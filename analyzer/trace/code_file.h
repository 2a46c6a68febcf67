/*
 * code_file.h - a file of code, opened once for all processes that run it: how the frames of its
 * functions are undone (libdw), what they are called, and its instructions. It is read, not mapped:
 * whoever owns it may cut it short while we look.
 */
#ifndef TIMERLEAK_TRACE_CODE_FILE_H
#define TIMERLEAK_TRACE_CODE_FILE_H

#include "trace/memory_map.h"

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of x86-64, by their DWARF numbers. */
enum {
    CODE_BX = 3,
    CODE_BP = 6,
    CODE_SP = 7,
    CODE_R12 = 12,
    CODE_RETURN = 16,
    CODE_REGISTERS,
};

/* What the caller had in a register; and where the frame ends (CFA). */
struct code_rule {
    enum code_how {
        CODE_UNDEFINED,
        CODE_SAME,
        CODE_SAVED,      /* at the end of the frame, and `offset` */
        CODE_END,        /* the end of the frame itself, and `offset` */
        CODE_OTHER,      /* a register, and `offset` */
        CODE_EXPRESSION, /* an address; with DW_OP_stack_value at its end the value */
    } how : 16;
    uint16_t number; /* of the register; of operations */
    union {
        int64_t offset;
        const Dwarf_Op *operations;
    };
};

struct code_row {
    bool found;  /* else nothing is told of this address */
    bool signal; /* the caller was interrupted: it is at no return address */
    struct code_rule end, registers[CODE_REGISTERS];
};

struct code_file;

/* NULL: it can't be opened, or is none for this machine. Valid until the next one is asked for. */
struct code_file *code_file_of(const struct mapped_file *file, pid_t pid);
void code_files_close(void);

/* What its virtual addresses are less than a process's; the range of them that is loaded. */
uint64_t code_file_bias(const struct code_file *file, const struct mapping *mapping);
void code_file_range(const struct code_file *file, uint64_t *start, uint64_t *end);

/* Bytes; 0: it has none. */
size_t code_file_build_id(const struct code_file *file, const uint8_t **build_id);

/* Valid until the next one is asked for. */
const struct code_row *code_file_row(struct code_file *file, uint64_t vaddr);

/* The function that holds an address, by its symbol; of several names there the one of that number.
 * NULL: there is none. */
const char *code_file_function(struct code_file *file, uint64_t vaddr, size_t number,
                               uint64_t *start);

/* Instructions. False: not all of them are in the file. */
bool code_file_read(const struct code_file *file, uint64_t vaddr, void *bytes, size_t size);

#endif
