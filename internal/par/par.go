// Package par splits work among a fixed number of goroutines. Results never depend on
// the split: every index is handled once, by one goroutine.
package par

import (
	"sync"
	"sync/atomic"
)

// For calls f(i) once for each i in [0, n), on at most threads goroutines, handing
// out indices one at a time. It returns when all calls have.
func For(threads, n int, f func(i int)) {
	if threads > n {
		threads = n
	}
	if threads <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
}

// Chunks cuts [0, n) into contiguous ranges, several for each goroutine so that uneven
// ranges balance out, and calls f(lo, hi) once for each.
func Chunks(threads, n int, f func(lo, hi int)) {
	if n <= 0 {
		return
	}
	parts := 4 * threads
	if threads <= 1 {
		parts = 1
	}
	size := (n + parts - 1) / parts
	For(threads, (n+size-1)/size, func(i int) {
		f(i*size, min((i+1)*size, n))
	})
}
