package vec

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

// fence is memory between two pages that can't be touched.
type fence struct {
	memory []byte
	page   int
}

func newFence(t *testing.T) *fence {
	t.Helper()
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	})
	for _, p := range [][]byte{memory[:page], memory[2*page:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return &fence{memory, page}
}

// column returns n elements right after the first or right before the last page.
func (f *fence) column(n int, last bool) []field.M31 {
	if n == 0 {
		return nil
	}
	at := f.page
	if last {
		at = 2*f.page - 4*n
	}
	return unsafe.Slice((*field.M31)(unsafe.Pointer(&f.memory[at])), n)
}

// Kernels touch nothing outside of their columns: a violation crashes the test.
func TestBounds(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		v := column(r, 97)
		for _, n := range []int{1, 8, 16, 31, 32, 48, 64, 67, 128, 1024} {
			heap := results(v, n, func(n int) []field.M31 { return make([]field.M31, n) })
			for _, last := range []bool{false, true} {
				got := results(v, n, func(n int) []field.M31 { return newFence(t).column(n, last) })
				for i := range heap {
					if !slices.Equal(got[i], heap[i]) {
						t.Fatalf("length %d: column %d depends on where it lies", n, i)
					}
				}
			}
		}
	})
}
