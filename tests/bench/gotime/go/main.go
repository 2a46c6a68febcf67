// The same suites for Go as suites.h has for C; see there and in shots.h what they measure.
// The variants: NewTimer, AfterFunc, After, and Reuse, one timer per goroutine that is only
// stopped and reset. "go story" runs the story's experiments instead.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	live       = 1000000
	resetAmong = 100000
	batch      = 128
	slice      = 8 // batches
	patience   = 10
	warmUp     = 20 * time.Millisecond
	measured   = 100 * time.Millisecond
)

type random uint64

func (state *random) next() uint64 {
	x := uint64(*state)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*state = random(x)
	return x
}

// From one minute to 74.
func (state *random) duration() time.Duration {
	return time.Minute + time.Duration(state.next()>>22)
}

// What one keeps of a timer: After gives but a channel.
type item struct {
	timer   *time.Timer
	channel <-chan time.Time
}

var variant string

func nothing() {}

func start(duration time.Duration) item {
	switch variant {
	case "AfterFunc":
		return item{timer: time.AfterFunc(duration, nothing)}
	case "After":
		return item{channel: time.After(duration)}
	default:
		return item{timer: time.NewTimer(duration)}
	}
}

func row(suite string, value float64, unit string) {
	fmt.Printf("%s %.1f %s\n", suite, value, unit)
}

func residentBytes() float64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(statm))[1])
	return float64(pages * os.Getpagesize())
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A batch of creating, starting and stopping; the collector frees.
func cycles(state *random, reused *time.Timer) {
	for i := 0; i < batch; i++ {
		if variant == "Reuse" {
			reused.Reset(state.duration())
			reused.Stop()
		} else {
			start(state.duration()).timer.Stop()
		}
	}
}

func preemptions() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(1 /* RUSAGE_THREAD */, &usage)
	return usage.Nivcsw
}

// Nanoseconds of one operation of a batch. Slices in which the kernel gave the processor to another
// process do not count.
func timeSlices(duration time.Duration, runBatch func()) float64 {
	var count int
	var spent time.Duration
	begun := time.Now()
	for spent < duration && time.Since(begun) < patience*duration {
		before := preemptions()
		start := time.Now()
		for i := 0; i < slice; i++ {
			runBatch()
		}
		elapsed := time.Since(start)
		if preemptions() == before {
			spent += elapsed
			count += slice * batch
		}
	}
	return float64(spent) / float64(count)
}

func timeCycles(duration time.Duration) float64 {
	state := random(2)
	reused := time.NewTimer(time.Hour)
	return timeSlices(duration, func() { cycles(&state, reused) })
}

func cyclesSuite(suite string) {
	timeCycles(warmUp)
	row(suite, timeCycles(measured), "ns")
}

var liveItems []item
var liveEach float64

func allocateItems(count int) []item {
	items := make([]item, count)
	for i := range items {
		items[i].timer = nil // resident before anything is measured
	}
	return items
}

func startItems(items []item) {
	state := random(1)
	for i := range items {
		items[i] = start(state.duration())
	}
}

// Resident bytes after collection, and with what the collector has freed given back.
func startLive() {
	if liveItems != nil {
		return
	}
	liveItems = allocateItems(live)
	debug.FreeOSMemory()
	before := residentBytes()
	startItems(liveItems)
	debug.FreeOSMemory()
	liveEach = (residentBytes() - before) / live
}

func memorySuite(suite string) {
	startLive()
	row(suite, liveEach, "bytes")
}

func liveSuite(suite string) {
	startLive()
	cyclesSuite(suite)
}

func resetSuite(suite string) {
	items := allocateItems(resetAmong)
	startItems(items)
	state := random(3)
	resets := func() {
		for i := 0; i < batch; i++ {
			items[state.next()%resetAmong].timer.Reset(state.duration())
		}
	}
	timeSlices(warmUp, resets)
	row(suite, timeSlices(measured, resets), "ns")
}

// The cycles of one goroutine, in a cache line of its own.
type worker struct {
	count int64
	_     [56]byte
}

type moment struct {
	time  time.Time
	count int64
}

// The cycles of all so far, and when that was so, to a few microseconds.
func momentNow(workers []worker) moment {
	for {
		now := moment{time: time.Now()}
		for i := range workers {
			now.count += atomic.LoadInt64(&workers[i].count)
		}
		if time.Since(now.time) < 20*time.Microsecond {
			return now
		}
	}
}

// Of the window in which other processes disturbed least.
func timeWindows(workers []worker) float64 {
	best := 1e9
	for i := 0; i < 6; i++ {
		start := momentNow(workers)
		time.Sleep(25 * time.Millisecond)
		end := momentNow(workers)
		each := float64(end.time.Sub(start.time)) / float64(end.count-start.count)
		if each < best {
			best = each
		}
	}
	return best
}

func threadsSuite(suite string) {
	threads, _ := strconv.Atoi(strings.TrimPrefix(suite, "threads-"))
	workers := make([]worker, threads)
	var over int32
	var group sync.WaitGroup
	for i := range workers {
		group.Add(1)
		go func(worker *worker, state random) {
			reused := time.NewTimer(time.Hour)
			for atomic.LoadInt32(&over) == 0 {
				cycles(&state, reused)
				atomic.AddInt64(&worker.count, batch)
			}
			group.Done()
		}(&workers[i], random(i+6))
	}
	time.Sleep(warmUp)
	row(suite, timeWindows(workers), "ns")
	atomic.StoreInt32(&over, 1)
	group.Wait()
}

// When each is due and when it fired, since the start of the suite.
type shot struct {
	deadline, fired int64
}

// In which all can be made, even if other processes have most of the processor.
func shotsLead(count int) time.Duration {
	return time.Duration((6*timeCycles(warmUp)+500)*float64(count)) + time.Second/5
}

func startShots(items []item, table []shot, begun time.Time, first time.Duration) {
	state := random(4)
	for i := range items {
		entry := &table[i]
		entry.deadline = int64(first) + int64(state.next()%uint64(time.Second))
		duration := time.Duration(entry.deadline) - time.Since(begun)
		if variant == "AfterFunc" {
			items[i].timer = time.AfterFunc(duration, func() {
				atomic.StoreInt64(&entry.fired, int64(time.Since(begun)))
			})
		} else {
			items[i].timer = time.NewTimer(duration)
		}
	}
	if time.Since(begun) >= first {
		fmt.Fprintln(os.Stderr, "the first shot was due before the last was made: too slow")
		os.Exit(1)
	}
}

// Looks only when all are due, so as not to be in the way.
func waitForShots(items []item, table []shot, begun time.Time, first time.Duration) {
	time.Sleep(first + time.Second - time.Since(begun))
	for i := range items {
		if variant != "AfterFunc" {
			table[i].fired = int64((<-items[i].timer.C).Sub(begun))
		}
		for atomic.LoadInt64(&table[i].fired) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

func latenessRows(suite string, table []shot) {
	early := 0
	late := make([]int64, len(table))
	for i := range table {
		if table[i].fired < table[i].deadline {
			early++
		} else {
			late[i] = table[i].fired - table[i].deadline
		}
	}
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	row(suite+"-early", float64(early), "timers")
	row(suite+"-p99", float64(late[len(late)/100*99])/1e3, "us")
}

func fireSuite(suite string) {
	count := 1000000
	if suite != "fire" {
		count = 100000
	}
	items := allocateItems(count)
	table := make([]shot, count)
	lead := shotsLead(count)
	runtime.GC()
	begun := time.Now()
	startShots(items, table, begun, lead)
	before := processorTime()
	waitForShots(items, table, begun, lead)
	row(suite, float64(processorTime()-before)/float64(count), "ns")
	latenessRows(suite, table)
}

var suites = map[string]func(string){
	"empty": cyclesSuite, "memory": memorySuite, "live": liveSuite, "reset": resetSuite,
	"threads-2": threadsSuite, "threads-4": threadsSuite, "threads-8": threadsSuite,
	"fire": fireSuite, "fire-100k": fireSuite,
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: go VARIANT SUITE... | go story EXPERIMENT after|stop|pool [COUNT]")
		os.Exit(2)
	}
	variant = os.Args[1]
	if variant == "story" {
		story(os.Args[2:])
		return
	}
	for _, suite := range os.Args[2:] {
		suites[suite](suite)
	}
}
