//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package main

// peakMemory is the largest resident size of the process so far, in bytes; 0 if unknown.
func peakMemory() uint64 { return largestResident() }
