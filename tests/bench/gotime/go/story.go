package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// The story's experiments for Go, as story.c has them for C: the same words, the same figures.
// "after" is time.After, "stop" NewTimer and Stop, "pool" a sync.Pool of timers.

const (
	creations  = 1000000
	concurrent = 100000
	pending    = 10000
	timeouts   = 500000
	longEnough = 3 * time.Minute
)

var timers = sync.Pool{}

func poolGet(duration time.Duration) *time.Timer {
	if timer, ok := timers.Get().(*time.Timer); ok {
		timer.Reset(duration)
		return timer
	}
	return time.NewTimer(duration)
}

func poolPut(timer *time.Timer) {
	if !timer.Stop() {
		select {
		case <-timer.C:
		default:
		}
	}
	timers.Put(timer)
}

type figures struct {
	time                     time.Time
	allocations, collections uint64
	resident                 float64
}

func figuresNow() figures {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return figures{time.Now(), memory.Mallocs, uint64(memory.NumGC), residentBytes()}
}

func printPerOperation(before figures, operations float64) {
	after := figuresNow()
	fmt.Printf("%.1f %.3f %.1f", float64(after.time.Sub(before.time))/operations,
		float64(after.allocations-before.allocations)/operations,
		(after.resident-before.resident)/1e6)
}

func use(after bool, duration time.Duration) {
	if after {
		time.After(duration)
	} else {
		time.NewTimer(duration).Stop()
	}
}

func tellCreations(after bool) {
	before := figuresNow()
	for i := 0; i < creations; i++ {
		use(after, longEnough)
	}
	printPerOperation(before, creations)
}

func tellConcurrent(after bool) {
	held := make([]*time.Timer, concurrent)
	for i := range held {
		held[i] = nil // resident before anything is measured
	}
	for wave := 0; wave < 2; wave++ {
		before := figuresNow()
		for i := range held {
			if after {
				time.After(longEnough)
			} else {
				held[i] = poolGet(longEnough)
			}
		}
		for i := range held {
			if !after {
				poolPut(held[i])
			}
		}
		now := figuresNow()
		fmt.Printf("%d %.1f ", now.allocations-before.allocations, (now.resident-before.resident)/1e6)
	}
}

func tellPending(after bool) {
	before := residentBytes()
	for i := 0; i < pending; i++ {
		use(after, 5*time.Second)
	}
	for second := 0; second <= 6; second++ {
		fmt.Printf("%.0f ", (residentBytes()-before)/1e3)
		if second < 6 {
			time.Sleep(time.Second)
		}
	}
}

// Holds a timer while others run.
func userRound(after bool) {
	if after {
		time.After(longEnough)
		runtime.Gosched()
		return
	}
	timer := poolGet(longEnough)
	runtime.Gosched()
	poolPut(timer)
}

func tellUsers(after bool, count int) {
	var ready, over sync.WaitGroup
	begin := make(chan struct{})
	ready.Add(count)
	over.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			userRound(after)
			ready.Done()
			<-begin
			for i := 0; i < timeouts/count; i++ {
				userRound(after)
			}
			over.Done()
		}()
	}
	ready.Wait()
	before := figuresNow()
	close(begin)
	over.Wait()
	seconds := time.Since(before.time).Seconds()
	printPerOperation(before, timeouts)
	fmt.Printf(" %.1f", float64(figuresNow().collections-before.collections)/seconds)
}

func story(words []string) {
	after := words[1] == "after"
	switch words[0] {
	case "creations":
		tellCreations(after)
	case "concurrent":
		tellConcurrent(after)
	case "pending":
		tellPending(after)
	case "users":
		count, err := strconv.Atoi(words[2])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		tellUsers(after, count)
	}
	fmt.Println()
}
