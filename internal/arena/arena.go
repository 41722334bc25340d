package arena

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"unsafe"

	"github.com/orrery/orrery/field"
)

const (
	// smallest is the length in elements from which on a column lies in the arena. Shorter ones
	// come from Go's heap.
	smallest = 4096
	// word is the size of an element in bytes.
	word = 4
	// line is the size of a cache line: columns begin at multiples of it.
	line = 64
	// gap separates columns. Without it columns of a power of two of rows would compete for the
	// same sets of the caches wherever a block of rows is read across them.
	gap = 33 * line
	// extent is the size of a large page, or a multiple of it.
	extent = 2 << 20
)

// Arena gives columns and takes them back. A nil *Arena is one that gives memory of Go's heap. An
// Arena may be used by several goroutines.
//
// A column must not be used any more after Free, nor any column after Close: it lies outside of
// Go's heap, and nothing checks that.
type Arena struct {
	mu     sync.Mutex
	all    []byte      // address space, nil if the heap is used
	space  []byte      // the part of it from the first multiple of an extent on
	ranges ranges      // free parts of what was handed out once
	top    int         // all from here on was never handed out
	mapped int         // end of what was mapped, or is about to be
	claims []*claim    // what is being mapped
	live   map[int]int // sizes of the columns in use, by offset
	inUse  int         // their sum
	peak   int         // the largest inUse so far
	page   int         // size of a page
	pages  pages       // how to map
}

// New reserves address space, of which nothing is used at first.
func New() *Arena {
	a := &Arena{all: reserve(), live: map[int]int{}, page: os.Getpagesize()}
	if a.all != nil {
		at := uintptr(unsafe.Pointer(&a.all[0]))
		a.space = a.all[(extent-at%extent)%extent:]
	}
	return a
}

// Column gives a column of n elements of whatever value.
func (a *Arena) Column(n int) []field.M31 {
	c, _ := a.column(n)
	return c
}

// Zeros gives a column of n zeros.
func (a *Arena) Zeros(n int) []field.M31 { return a.ZerosFrom(0, n) }

// ZerosFrom gives a column of n elements, zero from element first on.
func (a *Arena) ZerosFrom(first, n int) []field.M31 {
	c, zero := a.column(n)
	if !zero {
		clear(c[first:])
	}
	return c
}

// column gives a column, and tells whether it is known to be zero.
func (a *Arena) column(n int) (c []field.M31, zero bool) {
	if a == nil || a.space == nil || n < smallest {
		return make([]field.M31, n), true
	}
	size := (word*n+line-1)/line*line + gap
	t, ok := a.take(size)
	if !ok {
		return make([]field.M31, n), true
	}
	if t.own != nil {
		a.pages.populate(a.space[t.own.from:t.own.to], t.own.large)
		a.done(t.own)
	}
	for _, c := range t.others {
		<-c.done
	}
	// The memory begins at a multiple of 64 bytes and has size >= word*n bytes that no other
	// column has; M31 is a uint32, for which all bits are allowed.
	return unsafe.Slice((*field.M31)(unsafe.Pointer(&a.space[t.at])), n), t.fresh
}

// claim is memory that one goroutine maps.
type claim struct {
	from, to int
	large    bool          // with large pages
	done     chan struct{} // closed when it is mapped
}

// taken is memory that was found.
type taken struct {
	at     int
	fresh  bool     // it was never handed out
	own    *claim   // to be mapped first, nil if nothing
	others []*claim // of other goroutines, to be waited for
}

// take finds size bytes, if there are as many.
func (a *Arena) take(size int) (t taken, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.at, ok = a.ranges.take(size); !ok {
		// What is free at the end of the used part is a beginning.
		t.at = a.top - a.ranges.trailing(a.top)
		if size > len(a.space)-t.at {
			return t, false
		}
		a.ranges.cut(t.at)
		t.fresh = t.at == a.top
		a.top = t.at + size
	}
	for _, c := range a.claims {
		if min(c.to, t.at+size)-max(c.from, t.at) > a.page { // a page is mapped as fast at its first use
			t.others = append(t.others, c)
		}
	}
	if a.top > a.mapped {
		c := &claim{from: a.mapped, large: a.pages.choose(), done: make(chan struct{})}
		unit := a.page
		if c.large {
			unit = extent
		}
		c.to = min((a.top+unit-1)/unit*unit, len(a.space))
		a.mapped = c.to
		a.claims = append(a.claims, c)
		t.own = c
	}
	a.live[t.at] = size
	a.inUse += size
	a.peak = max(a.peak, a.inUse)
	return t, true
}

// done tells those who wait that c is mapped.
func (a *Arena) done(c *claim) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.claims = slices.DeleteFunc(a.claims, func(x *claim) bool { return x == c })
	close(c.done)
}

// Free takes a column back, with the length with which it was given. The empty column
// is no column.
func (a *Arena) Free(c []field.M31) {
	if len(c) >= smallest {
		a.free(unsafe.Pointer(&c[0]), len(c))
	}
}

// free is Free of what begins at p and has n elements, or as many bytes.
func (a *Arena) free(p unsafe.Pointer, n int) {
	if a == nil || a.space == nil {
		return
	}
	at := uintptr(p) - uintptr(unsafe.Pointer(&a.space[0]))
	if at >= uintptr(len(a.space)) {
		return // of the heap
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	size, ok := a.live[int(at)]
	if !ok {
		panic(fmt.Sprintf("arena: no column of %d elements begins there, or it was freed", n))
	}
	delete(a.live, int(at))
	a.inUse -= size
	a.ranges.give(int(at), size)
}

// Planes gives six columns of n elements of whatever value, the coordinates of elements of E.
func (a *Arena) Planes(n int) (p [field.Degree][]field.M31) {
	for k := range p {
		p[k] = a.Column(n)
	}
	return p
}

// FreeAll takes columns back.
func (a *Arena) FreeAll(cols [][]field.M31) {
	for _, c := range cols {
		a.Free(c)
	}
}

// Reset takes all columns back.
func (a *Arena) Reset() {
	if a == nil || a.space == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ranges, a.inUse = ranges{}, 0
	if a.top > 0 {
		a.ranges.give(0, a.top)
	}
	clear(a.live)
}

// Stats is the memory of an Arena in bytes.
type Stats struct {
	Mapped uint64 // given by the system so far
	Peak   uint64 // the most that was in use at one time
	InUse  uint64 // in use
}

// Stats tells how much memory the arena has, all zeros for the heap.
func (a *Arena) Stats() Stats {
	if a == nil {
		return Stats{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return Stats{Mapped: uint64(a.mapped), Peak: uint64(a.peak), InUse: uint64(a.inUse)}
}

// OnHeap reports whether columns come from Go's heap, so that what is given up comes back by
// the collector.
func (a *Arena) OnHeap() bool { return a == nil || a.space == nil }

// Close gives all memory back to the system, that of columns in use as well.
func (a *Arena) Close() error {
	if a == nil || a.space == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.all
	a.all, a.space, a.ranges, a.live = nil, nil, ranges{}, nil
	a.top, a.mapped, a.inUse = 0, 0, 0
	if err := unreserve(all); err != nil {
		return fmt.Errorf("arena: %w", err)
	}
	return nil
}
