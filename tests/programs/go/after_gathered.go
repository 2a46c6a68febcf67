// Timeouts made one after the other in a loop, and waited for after it: who made them goes on, but
// comes back. Those of the last round are not due yet at the end.
package main

import "time"

const rounds, each = 10, 100

func gather(wait time.Duration) (all []<-chan time.Time) {
	for i := 0; i < each; i++ {
		// expect: go/After held created=1100 armed=1100 fired=1000 released=1000 live=100
		//     never-fired=100 left-behind=99
		// expect-1.23: go/After held created=1100 armed=1100 never-fired>=0
		all = append(all, time.After(wait))
	}
	return all
}

func main() {
	wait := 20 * time.Millisecond
	for round := 0; round <= rounds; round++ {
		if round == rounds {
			wait = time.Hour
		}
		all := gather(wait)
		if round < rounds {
			for _, done := range all {
				<-done
			}
		}
	}
}
