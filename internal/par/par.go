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
