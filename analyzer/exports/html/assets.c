#include "exports/html/assets.h"

/* Paths are those seen from where make runs. The Makefile says that this file depends on them. */
#define HERE "analyzer/exports/html/page/"
#define ASSET(name, ...)                                                                           \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n" __VA_ARGS__ ".byte 0\n"                              \
            ".previous\n")
#define FILE_OF(path) ".incbin \"" HERE path "\"\n"

ASSET(html_template, FILE_OF("page.html"));
ASSET(html_style, FILE_OF("style.css"));
/* One module: its files share their names with each other, and with nothing else. */
ASSET(html_script,
      FILE_OF("values.js") FILE_OF("state.js") FILE_OF("tables.js") FILE_OF("flame.js")
          FILE_OF("timeline.js") FILE_OF("layout.js") FILE_OF("graph.js") FILE_OF("script.js"));
