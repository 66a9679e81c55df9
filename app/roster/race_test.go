//go:build race

package roster_test

// raceFactor is what the race detector's own books add to memory: five to ten times, by its documentation; twice was seen here.
const raceFactor = 2
