//go:build !linux

package execbench

import "time"

func lockThread() func() { return func() {} }

var start = time.Now()

// threadTime is the time on the wall, since a thread's own isn't known here.
func threadTime() time.Duration { return time.Since(start) }
