/* An alarm around each operation, called off when it is done. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    unsigned left = 0;
    for (int turn = 0; turn < 50; turn++) {
        // expect: itimer clean created=50 released=50 armed=50 fired=0 stopped=50
        alarm(30);
        left += alarm(0);
        left += alarm(0);
    }
    printf("left %u\n", left);
    print_process_facts();
    return 0;
}
