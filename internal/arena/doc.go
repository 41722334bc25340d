// Package arena holds the large columns of the prover outside of Go's heap.
//
// A proof writes some hundred bytes of columns for each cycle, most of them once. On the heap every
// page of that is a page fault of its own, memory comes back only when the collector has run, is
// zeroed then without need, and is faulted in again if the runtime has returned it to the system
// in between. An Arena takes address space once, has the system map it in large steps by the
// goroutine that is going to write there, and hands freed memory out again at once. What it
// has touched is close to the most that was in use at one time.
//
//	arena.go   columns and their lifetimes
//	slice.go   the same for values of other types
//	ranges.go  free memory
//	pages.go   how memory is mapped: with small or with large pages, whichever is faster
//
// Where the system has no mmap with the right options, columns come from the heap.
package arena
