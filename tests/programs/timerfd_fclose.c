/* A stream owns the descriptor: fclose ends the timer. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    for (int turn = 0; turn < 5; turn++) {
        // expect: timerfd clean created=5 released=5 armed=5 fired=5 stopped=0
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        FILE *stream = fdopen(fd, "r");
        uint64_t count = 0;
        setvbuf(stream, NULL, _IONBF, 0);
        arm_timerfd(fd, once(1));
        if (turn == 0)
            printf("items %zu\n", fread(&count, sizeof count, 1, stream));
        else
            count = expirations(fd);
        let_pass(12); /* what fread reads no wrapper sees: only the clock tells that it fired */
        printf("expirations %d, fclose %d\n", (int)count, fclose(stream));
    }
    print_process_facts();
    return 0;
}
