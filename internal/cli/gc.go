package cli

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

const (
	gcLook  = 5 * time.Second
	gcBusy  = 20  // collections in that time: requests pour in
	gcQuiet = 2   // and here hardly any come
	gcIdle  = 100 // percent of growth before the next collection while it is quiet: the process stays small
	gcLoad  = 300 // and under load, when memory is there for throughput: a collection costs the same however small the heap
)

// paceGC lets the heap grow further while many requests come and keeps it small otherwise, until ctx ends. Whoever sets GOGC has decided already.
func paceGC(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	var s debug.GCStats
	debug.ReadGCStats(&s)
	tick := time.NewTicker(gcLook)
	defer tick.Stop()
	for percent, before := gcIdle, s.NumGC; ; before = s.NumGC {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		debug.ReadGCStats(&s)
		if next := nextPace(percent, s.NumGC-before); next != percent {
			percent = next
			debug.SetGCPercent(percent)
		}
	}
}

// nextPace is the growth to allow after so many collections.
func nextPace(percent int, collections int64) int {
	switch {
	case collections >= gcBusy:
		return gcLoad
	case collections <= gcQuiet:
		return gcIdle
	}
	return percent
}
