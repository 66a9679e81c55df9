//go:build !race

package roster_test

// raceFactor is one: nothing but the program is in memory.
const raceFactor = 1
