// A ticker for each connection, stopped by nobody: it ticks for ever, but since Go 1.23 the
// collector takes it.
package main

import "time"

const connections = 200

func serve() {
	// expect: go/NewTicker leak created=200 armed=200 released=0 live=200 never-stopped=200
	// expect-1.23: go/NewTicker held created=200 armed=200 never-stopped>=0
	ticker := time.NewTicker(10 * time.Millisecond)
	<-ticker.C
}

func main() {
	for i := 0; i < connections; i++ {
		serve()
	}
}
