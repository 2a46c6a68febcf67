#include "base/errors.h"

#include "base/memory.h"
#include "base/progress.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_all(const char *text, size_t size)
{
    progress_hide();
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, text, size);
        if (written < 0 && errno != EINTR)
            return;
        text += written < 0 ? 0 : written;
        size -= written < 0 ? 0 : (size_t)written;
    }
}

static void write_clean(const char *bytes, size_t size)
{
    char text[BUFSIZ + 1], *zero;
    memcpy(text, bytes, size);
    text[size] = '\0';
    while ((zero = memchr(text, '\0', size)))
        *zero = '?';
    text_clean_lines(text);
    write_all(text, size);
}

/* What can't be told is nobody's to be told of: all counts as written. */
static ssize_t stderr_write(void *context, const char *bytes, size_t size)
{
    (void)context;
    for (size_t done = 0; done < size; done += BUFSIZ)
        write_clean(bytes + done, size - done < BUFSIZ ? size - done : BUFSIZ);
    return (ssize_t)size;
}

void errors_clean(void)
{
    FILE *clean = fopencookie(NULL, "w", (cookie_io_functions_t){.write = stderr_write});
    if (!clean || setvbuf(clean, NULL, _IOLBF, BUFSIZ) != 0)
        memory_exhausted();
    stderr = clean;
}

bool error_set(char error[ERROR_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, ERROR_SIZE, format, arguments);
    va_end(arguments);
    text_clean(error);
    return false;
}

void complain(const char *format, ...)
{
    char *line;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        memory_exhausted();
    text_clean(line);
    fprintf(stderr, "timerleak: %s\n", line);
    free(line);
}
