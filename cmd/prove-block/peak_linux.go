package main

import (
	"bytes"
	"os"
	"strconv"
)

// peakMemory is the largest resident size of the process so far, or since resetPeak, in bytes; 0
// if unknown. What getrusage says may be the size of the process that started this one.
func peakMemory() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return largestResident()
	}
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			if n, err := strconv.ParseUint(string(fields[1]), 10, 54); err == nil {
				return n * 1024
			}
		}
	}
	return largestResident()
}

// resetPeak makes peakMemory begin anew, if the kernel lets it: proc(5), clear_refs.
func resetPeak() bool {
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
}
