// library: pc:glib-2.0
// family: glib
/* More timeouts at once than any fixed table would hold; some of the first of them are kept. */
#include "support/glib.h"

#define MANY 50000

static guint ids[MANY];
static int called;

SITE static guint watch(int number)
{
    // expect: glib held created=100000 armed=100000 fired=0 stopped=99993 released=99993 live=7
    // never-fired=7
    guint id = g_timeout_add(AN_HOUR, count_and_end, &called);
    (void)number;
    return id;
}

int main(void)
{
    guint kept = 0;
    for (volatile int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < MANY; i++)
            ids[i] = watch(i);
        for (int i = 0; i < MANY; i++)
            if (turn == 0 && i < 700 && i % 100 == 0)
                kept = ids[i];
            else
                g_source_remove(ids[i]);
    }
    printf("left: %d\n", is_there(kept));
    return 0;
}
