// The cures: a timer that is stopped when it is not needed any more, one for all turns that is
// stopped and reset, and a ticker that is stopped.
package main

import "time"

const turns = 20000

func stopEach(work chan int) {
	for turn := 0; turn < turns; turn++ {
		// expect: go/NewTimer clean created=20000 armed=20000 stopped=20000 fired=0 live=0
		timeout := time.NewTimer(3 * time.Minute)
		work <- turn
		select {
		case <-work:
		case <-timeout.C:
			panic("nothing to do")
		}
		timeout.Stop()
	}
}

func resetOne(work chan int) {
	// expect: go/NewTimer clean created=1 armed=20001 stopped=20001 fired=0 live=0
	timeout := time.NewTimer(3 * time.Minute)
	for turn := 0; turn < turns; turn++ {
		timeout.Stop()
		timeout.Reset(3 * time.Minute)
		work <- turn
		select {
		case <-work:
		case <-timeout.C:
			panic("nothing to do")
		}
	}
	timeout.Stop()
}

func tick() {
	// expect: go/NewTicker clean created=1 armed=1 stopped=1 fired>=10 live=0
	ticker := time.NewTicker(time.Millisecond)
	for i := 0; i < 10; i++ {
		<-ticker.C
	}
	ticker.Stop()
}

func main() {
	work := make(chan int, 1)
	stopEach(work)
	resetOne(work)
	tick()
}
