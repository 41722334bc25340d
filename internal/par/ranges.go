package par

import (
	"sync"
	"sync/atomic"
)

// finest is the number of ranges for each goroutine into which Chunks would cut equally, if all
// had the length of the last ones.
const finest = 32

// Chunks cuts [0, n) into contiguous ranges, several for each goroutine and shorter ones
// towards the end so that all end at about the same time, and calls f(lo, hi) once for each.
func Chunks(threads, n int, f func(lo, hi int)) {
	ranges(threads, n, n/(finest*max(threads, 1)), n, func() func(lo, hi int) { return f })
}

// Blocks is Chunks with state, down to single indices: each of at most threads goroutines calls
// start once and then the function that it gave for every range that it takes, of at most so
// many indices.
func Blocks(threads, n, most int, start func() func(lo, hi int)) {
	ranges(threads, n, 1, most, start)
}

// ranges hands out ranges of half a goroutine's share of what is left, but not fewer indices
// than least nor more than most. A single goroutine takes all at once.
func ranges(threads, n, least, most int, start func() func(lo, hi int)) {
	threads = min(threads, n)
	if threads <= 1 {
		if n > 0 {
			start()(0, n)
		}
		return
	}
	var next atomic.Int64
	take := func() (lo, hi int) {
		for {
			lo := int(next.Load())
			left := n - lo
			size := min(max(left/(2*threads), least, 1), max(most, 1), left)
			if next.CompareAndSwap(int64(lo), int64(lo+size)) {
				return lo, lo + size
			}
		}
	}
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			f := start()
			for lo, hi := take(); lo < hi; lo, hi = take() {
				f(lo, hi)
			}
		})
	}
	wg.Wait()
}
