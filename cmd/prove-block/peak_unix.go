//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"runtime"
	"syscall"
)

// cpuTime is what the process has had of the processors so far, in its own code and in the
// system's, in seconds; zeros if unknown.
func cpuTime() (user, system float64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Nano()) / 1e9 }
	return seconds(u.Utime), seconds(u.Stime)
}

// largestResident is the largest resident size that getrusage knows of, in bytes; 0 if unknown.
func largestResident() uint64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return uint64(u.Maxrss) // in bytes there, in kilobytes elsewhere
	}
	return uint64(u.Maxrss) * 1024
}
