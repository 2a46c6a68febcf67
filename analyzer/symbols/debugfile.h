/*
 * debugfile.h - the files that debug information lies in, beside the one that was loaded.
 *
 * They are found as gdb finds them: by build-id, by .gnu_debuglink, and what they share (dwz) by
 * .gnu_debugaltlink. Any of them may be there to be opened by us: one that would be unpacked to
 * many times its size is not.
 */
#ifndef TIMERLEAK_SYMBOLS_DEBUGFILE_H
#define TIMERLEAK_SYMBOLS_DEBUGFILE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether it is an ELF file as it stands, and what is compressed in it is not out of proportion. */
bool debugfile_is_fit(int file);

/* Where the debug file of that build-id, which has some bytes, is stored. */
void debugfile_path(char *path, size_t size, const uint8_t *build_id, size_t build_id_size);

/* For Dwfl_Callbacks. */
int debugfile_find(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                   const char *file, const char *link, GElf_Word crc, char **found);

#endif
