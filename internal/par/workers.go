package par

import (
	"sync"
	"sync/atomic"
)

// Workers is For with state: each of at most threads goroutines calls start once and then
// the function that it gave for every index that it takes.
func Workers(threads, n int, start func() func(i int)) {
	threads = min(threads, n)
	if threads <= 1 {
		if n > 0 {
			f := start()
			for i := range n {
				f(i)
			}
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			f := start()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
