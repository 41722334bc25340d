//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package main

import "runtime"

// peakMemory is what the Go runtime has obtained from the system, in bytes, which never
// shrinks: an upper bound where the system can't be asked.
func peakMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// cpuTime would be what the process has had of the processors: unknown here.
func cpuTime() (user, system float64) { return 0, 0 }
