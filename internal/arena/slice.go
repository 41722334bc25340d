package arena

import (
	"unsafe"

	"github.com/orrery/orrery/field"
)

// Slice is Column for n values of another type, which may hold no pointers and needs no more
// than a cache line of alignment. FreeSlice gives it back. The values are anything, except in memory of the heap.
func Slice[T any](a *Arena, n int) []T {
	var t T
	size := int(unsafe.Sizeof(t))
	if a.OnHeap() || n*size < word*smallest {
		return make([]T, n)
	}
	c, _ := a.column((n*size + word - 1) / word)
	// c begins at a cache line and has at least n*size bytes; any bytes are a T.
	return unsafe.Slice((*T)(unsafe.Pointer(&c[0])), n)
}

// ZeroSlice is Slice of zeros.
func ZeroSlice[T any](a *Arena, n int) []T {
	var t T
	size := int(unsafe.Sizeof(t))
	if a.OnHeap() || n*size < word*smallest {
		return make([]T, n)
	}
	c := a.Zeros((n*size + word - 1) / word)
	return unsafe.Slice((*T)(unsafe.Pointer(&c[0])), n)
}

// FreeSlice gives back what Slice or ZeroSlice gave.
func FreeSlice[T any](a *Arena, s []T) {
	var t T
	if n := cap(s) * int(unsafe.Sizeof(t)); n >= word*smallest {
		a.Free(unsafe.Slice((*field.M31)(unsafe.Pointer(&s[0])), n/word))
	}
}
