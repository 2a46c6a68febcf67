// What AfterFunc() holds is held until it has run, also since Go 1.23: the runtime refers to it.
package main

import (
	"fmt"
	"sync"
	"time"
)

const calls = 1000

var done sync.WaitGroup

func call() {
	done.Add(calls)
	for i := 0; i < calls; i++ {
		// expect: go/AfterFunc clean created=1000 armed=1000 fired=1000 released=1000 live=0
		time.AfterFunc(time.Millisecond, done.Done)
	}
	done.Wait()
}

func forget() {
	for i := 0; i < calls; i++ {
		// expect: go/AfterFunc leak created=1000 armed=1000 fired=0 released=0 live=1000
		//     never-fired=1000
		time.AfterFunc(3*time.Minute, func() { fmt.Println("late") })
		time.Sleep(100 * time.Microsecond)
	}
}

func main() {
	call()
	forget()
}
