// A program with C in it, linked by the C linker: both its own timers and the kernel's.
package main

/*
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void descriptor(void)
{
    struct itimerspec minute = {.it_value = {60, 0}};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(timer, 0, &minute, NULL);
    close(timer);
}
*/
import "C"

import "time"

const turns = 1000

func main() {
	// expect-process: sites=2
	C.descriptor()
	for turn := 0; turn < turns; turn++ {
		select {
		// expect: go/After leak created=1000 armed=1000 fired=0 released=0 live=1000 never-fired=1000
		//     left-behind=999
		// expect-1.23: go/After held created=1000 armed=1000 fired=0 never-fired>=0
		case <-time.After(24 * time.Hour):
		default:
		}
		time.Sleep(100 * time.Microsecond)
	}
}
