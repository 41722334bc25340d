//go:build !linux

package main

// resetPeak would make peakMemory begin anew; there is no way to do so here.
func resetPeak() bool { return false }
