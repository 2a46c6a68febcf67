#include "cli/names.h"

#include "base/errors.h"
#include "recording/archive.h"
#include "symbols/portable_text.h"

static void names_add(const char *path, const char *text, size_t size, void *context)
{
    char error[ERROR_SIZE];
    if (!portable_read(symbols_portable(context), text, size, error))
        complain("%s: %s", path, error);
}

static void names_lack(const char *error, void *context)
{
    (void)context;
    complain("%s", error);
}

void names_read(const char *path, struct symbols *symbols)
{
    archive_names(path, names_add, names_lack, symbols);
}
