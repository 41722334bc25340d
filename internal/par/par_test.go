package par

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestFor(t *testing.T) {
	for _, threads := range []int{-1, 0, 1, 2, 3, 16, 1000} {
		for _, n := range []int{-5, 0, 1, 2, 3, 15, 16, 17, 1000} {
			calls := make([]atomic.Int32, max(n, 0))
			var running, most atomic.Int32
			For(threads, n, func(i int) {
				now := running.Add(1)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				calls[i].Add(1)
				runtime.Gosched()
				running.Add(-1)
			})
			for i := range calls {
				if c := calls[i].Load(); c != 1 {
					t.Fatalf("threads %d, n %d: f(%d) was called %d times", threads, n, i, c)
				}
			}
			if m := int(most.Load()); m > max(threads, 1) {
				t.Errorf("threads %d, n %d: %d calls at once", threads, n, m)
			}
			if r := running.Load(); r != 0 {
				t.Errorf("threads %d, n %d: %d calls are running still", threads, n, r)
			}
		}
	}
}

// One thread is the caller's goroutine, in order.
func TestForInOrder(t *testing.T) {
	next := 0 // the race detector would notice another goroutine
	For(1, 100, func(i int) {
		if i != next {
			t.Fatalf("%d before %d", i, next)
		}
		next++
	})
	if next != 100 {
		t.Errorf("%d calls", next)
	}
}

// All goroutines of a call can wait for each other.
func TestForIsParallel(t *testing.T) {
	var all sync.WaitGroup
	all.Add(4)
	For(4, 4, func(int) {
		all.Done()
		all.Wait()
	})
}

func TestChunks(t *testing.T) {
	for _, threads := range []int{-2, 0, 1, 2, 3, 7, 64} {
		for _, n := range []int{-1, 0, 1, 2, 7, 8, 9, 63, 64, 65, 1000, 1<<10 + 1} {
			t.Run(fmt.Sprint(threads, " ", n), func(t *testing.T) {
				seen := make([]atomic.Int32, max(n, 0))
				var chunks atomic.Int32
				Chunks(threads, n, func(lo, hi int) {
					if lo >= hi || lo < 0 || hi > n {
						t.Errorf("chunk [%d, %d)", lo, hi)
					}
					chunks.Add(1)
					for i := lo; i < hi; i++ {
						seen[i].Add(1)
					}
				})
				for i := range seen {
					if c := seen[i].Load(); c != 1 {
						t.Fatalf("%d is in %d chunks", i, c)
					}
				}
				c := int(chunks.Load())
				if c > max(8*threads+2, 1) || threads <= 1 && c > 1 || threads > 1 && c < min(threads, n) {
					t.Errorf("%d chunks", c)
				}
			})
		}
	}
}

// checkWorkers checks that each index was handled once, by as many workers as there may be.
func checkWorkers(t *testing.T, threads, n int, calls []atomic.Int32, started *atomic.Int32) {
	t.Helper()
	for i := range calls {
		if c := calls[i].Load(); c != 1 {
			t.Fatalf("threads %d, n %d: index %d was handled %d times", threads, n, i, c)
		}
	}
	if s := int(started.Load()); s > max(min(threads, n), 1) || s == 0 != (n <= 0) {
		t.Errorf("threads %d, n %d: %d workers", threads, n, s)
	}
}

// Ranges become shorter, down to single indices, so that the last one doesn't keep anybody waiting.
func TestBlocks(t *testing.T) {
	for _, threads := range []int{-1, 0, 1, 2, 3, 16, 1000} {
		for _, n := range []int{-5, 0, 1, 2, 3, 15, 16, 17, 1000} {
			for _, most := range []int{0, 1, 8, 1000} {
				calls := make([]atomic.Int32, max(n, 0))
				var started, longest atomic.Int32
				Blocks(threads, n, most, func() func(lo, hi int) {
					started.Add(1)
					busy := false // the race detector would notice a second goroutine
					return func(lo, hi int) {
						if busy || lo >= hi {
							t.Errorf("range [%d, %d)", lo, hi)
						}
						busy = true
						for i := lo; i < hi; i++ {
							calls[i].Add(1)
						}
						if threads > 1 && n > 1 {
							for old := longest.Load(); int32(hi-lo) > old && !longest.CompareAndSwap(old, int32(hi-lo)); old = longest.Load() {
							}
							if hi == n && hi-lo != 1 {
								t.Errorf("threads %d, n %d: the last range is [%d, %d)", threads, n, lo, hi)
							}
						}
						busy = false
					}
				})
				checkWorkers(t, threads, n, calls, &started)
				if l := int(longest.Load()); l > max(most, 1) {
					t.Errorf("threads %d, n %d: a range of %d, not %d", threads, n, l, most)
				}
			}
		}
	}
}

func TestWorkers(t *testing.T) {
	for _, threads := range []int{-1, 0, 1, 2, 3, 16, 1000} {
		for _, n := range []int{-5, 0, 1, 2, 3, 15, 16, 17, 1000} {
			calls := make([]atomic.Int32, max(n, 0))
			var started atomic.Int32
			Workers(threads, n, func() func(int) {
				started.Add(1)
				busy := false // the race detector would notice a second goroutine
				return func(i int) {
					if busy {
						t.Error("a worker does two things at once")
					}
					busy = true
					calls[i].Add(1)
					busy = false
				}
			})
			checkWorkers(t, threads, n, calls, &started)
		}
	}
}
