package execbench

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// lockThread keeps the goroutine on its thread until the function that it returns is called.
func lockThread() func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// threadTime is the processor time that the calling thread has had so far. (getrusage counts
// in ticks of the clock on some systems.)
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
