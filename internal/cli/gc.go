package cli

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	gcLook  = 5 * time.Second
	gcBusy  = 20  // collections in that time: requests pour in
	gcQuiet = 2   // and here hardly any come
	gcIdle  = 100 // percent of growth before the next collection while it is quiet: the process stays small
	gcLoad  = 300 // and under load, when memory is there for throughput: a collection costs the same however small the heap
	gcRoom  = 96 << 20
	gcLarge = gcRoom / 2 // bytes in use above which growing by more than once would leave the room, or collecting never end in it
)

// paceGC lets the heap grow further while many requests come, within gcRoom, and keeps it small otherwise, until ctx ends. Whoever sets GOGC or
// GOMEMLIMIT has decided already.
func paceGC(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
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
		if next := nextPace(percent, s.NumGC-before, inUse()); next != percent {
			percent = next
			setPace(percent)
		}
	}
}

func setPace(percent int) {
	room := int64(math.MaxInt64)
	if percent == gcLoad {
		room = gcRoom
	}
	debug.SetMemoryLimit(room)
	debug.SetGCPercent(percent)
}

// inUse gives the bytes that the last collection found in use.
func inUse() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// nextPace is the growth to allow after so many collections with so many bytes in use.
func nextPace(percent int, collections int64, live uint64) int {
	switch {
	case live > gcLarge:
		return gcIdle
	case collections >= gcBusy:
		return gcLoad
	case collections <= gcQuiet:
		return gcIdle
	}
	return percent
}
