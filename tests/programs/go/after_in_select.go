// The leak that this began with: the work is always ready, so the timeout never wins, and each turn
// leaves a timer behind that nobody holds and nobody can stop. The runtime keeps it for three
// minutes; since Go 1.23 the collector takes it.
//
// With an argument it writes Go's own profile of its heap there, which has each object.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

const turns = 100000

func consume(work chan int) (sum int) {
	for turn := 0; turn < turns; turn++ {
		work <- turn
		select {
		case item := <-work:
			sum += item
		// expect: go/After leak created=100000 armed=100000 fired=0 released=0 live=100000
		//     never-fired=100000 left-behind=99999
		// expect-1.23: go/After held created=100000 armed=100000 fired=0 never-fired>=0
		case <-time.After(3 * time.Minute):
			panic("nothing to do")
		}
	}
	return sum
}

func writeProfile(path string) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	runtime.GC() // a profile is as of the last collection
	if err := pprof.WriteHeapProfile(file); err != nil {
		panic(err)
	}
}

func init() {
	runtime.MemProfileRate = 1
}

func main() {
	fmt.Println(consume(make(chan int, 1)))
	if len(os.Args) > 1 {
		writeProfile(os.Args[1])
	}
}
