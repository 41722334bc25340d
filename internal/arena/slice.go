package arena

import (
	"unsafe"

	"github.com/orrery/orrery/field"
)

// Slice is Column for n values of another type. Any bytes must be a T: it has no pointers, which the
// collector wouldn't see. FreeSlice gives the memory back.
func Slice[T any](a *Arena, n int) []T { return slice[T](a, n, a.Column) }

// ZeroSlice is Slice of zeros.
func ZeroSlice[T any](a *Arena, n int) []T { return slice[T](a, n, a.Zeros) }

func slice[T any](a *Arena, n int, column func(n int) []field.M31) []T {
	var t T
	words := (n*int(unsafe.Sizeof(t)) + word - 1) / word
	if a.OnHeap() || words < smallest {
		return make([]T, n)
	}
	c := column(words)
	// c has at least n*Sizeof(T) bytes. It begins at a cache line, or where Go's heap has large
	// objects, which suits every T.
	return unsafe.Slice((*T)(unsafe.Pointer(&c[0])), n)
}

// FreeSlice gives back what Slice or ZeroSlice gave.
func FreeSlice[T any](a *Arena, s []T) {
	var t T
	if words := (len(s)*int(unsafe.Sizeof(t)) + word - 1) / word; words >= smallest {
		a.free(unsafe.Pointer(&s[0]), words)
	}
}
