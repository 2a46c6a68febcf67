// A context with a timeout has a timer until it is cancelled, which who made it is to do.
package main

import (
	"context"
	"time"
)

const requests = 1000

func handle(parent context.Context) {
	// expect: go/context clean created=1000 armed=1000 stopped=1000 fired=0 released=1000 live=0
	_, cancel := context.WithTimeout(parent, 3*time.Minute)
	defer cancel()
}

func handleForgetting(parent context.Context) context.Context {
	// expect: go/context leak created=1000 armed=1000 fired=0 released=0 live=1000 never-fired=1000
	child, _ := context.WithTimeout(parent, 3*time.Minute)
	return child
}

func main() {
	for i := 0; i < requests; i++ {
		handle(context.Background())
		handleForgetting(context.Background())
		time.Sleep(100 * time.Microsecond)
	}
}
