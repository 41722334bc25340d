package arena

import (
	"runtime"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/orrery/orrery/field"
)

// Columns in use never share memory, keep what is written to them, and come with the length that
// was asked for; what Zeros gives is zero.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New()
		defer func() { require.NoError(t, a.Close()) }()
		type column struct {
			values []field.M31
			mark   field.M31
		}
		var live []column
		check := func(c column) {
			for i, x := range c.values {
				if x != c.mark {
					t.Fatalf("element %d of a column of %d: %d, not %d", i, len(c.values), x, c.mark)
				}
			}
		}
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(live) > 0 && rapid.Bool().Draw(t, "free") {
				i := rapid.IntRange(0, len(live)-1).Draw(t, "which")
				check(live[i])
				a.Free(live[i].values)
				live = append(live[:i], live[i+1:]...)
				continue
			}
			n := rapid.SampledFrom([]int{0, 1, smallest - 1, smallest, smallest + 1, 1 << 14, 3<<14 - 5, 1 << 19}).Draw(t, "n")
			var c []field.M31
			if rapid.Bool().Draw(t, "zero") {
				c = a.Zeros(n)
				check(column{c, 0})
			} else {
				c = a.Column(n)
			}
			require.Len(t, c, n)
			x := column{c, field.M31(step + 1)}
			for i := range c {
				c[i] = x.mark
			}
			if len(c) > 0 {
				live = append(live, x)
			}
		}
		for _, c := range live {
			check(c)
			a.Free(c.values)
		}
		require.Zero(t, a.Stats().InUse)
		require.LessOrEqual(t, len(a.ranges.free), 1)
	})
}

// A freed column is the next of its size; columns aren't multiples of a page apart.
func TestReuse(t *testing.T) {
	a := New()
	defer a.Close()
	if a.OnHeap() {
		t.Skip("columns come from Go's heap on this system: there is no arena to look at")
	}
	const n = 1 << 16
	x, y := a.Column(n), a.Column(n)
	distance := uintptr(unsafe.Pointer(&y[0])) - uintptr(unsafe.Pointer(&x[0]))
	require.EqualValues(t, word*n+gap, distance)
	require.Zero(t, uintptr(unsafe.Pointer(&x[0]))%line)
	a.Free(x)
	z := a.Column(n)
	require.Same(t, &x[0], &z[0])
	require.EqualValues(t, 2*(word*n+gap), a.Stats().InUse)
	require.Equal(t, a.Stats().InUse, a.Stats().Peak)
	require.GreaterOrEqual(t, a.Stats().Mapped, a.Stats().Peak)
	a.FreeAll([][]field.M31{y, z})
	require.Zero(t, a.Stats().InUse)
	// What was free at the end is the beginning of a larger column.
	c := a.Column(8 * n)
	require.Same(t, &x[0], &c[0])
	a.Reset()
	require.Zero(t, a.Stats().InUse)
	c = a.Column(smallest)
	require.Same(t, &x[0], &c[0])
}

func TestDoubleFree(t *testing.T) {
	a := New()
	defer a.Close()
	if a.OnHeap() {
		t.Skip("columns come from Go's heap on this system: there is no arena to look at")
	}
	c := a.Column(smallest)
	a.Free(c)
	require.Panics(t, func() { a.Free(c) })
	require.Panics(t, func() { a.Free(a.Column(2 * smallest)[smallest:]) })
	a.Free(make([]field.M31, smallest)) // of the heap
}

// The heap takes over where there is no arena or no space.
func TestHeap(t *testing.T) {
	var none *Arena
	full := New()
	defer full.Close()
	full.space = full.space[:min(len(full.space), extent)]
	closed := New()
	require.NoError(t, closed.Close())
	for _, a := range []*Arena{none, full, closed} {
		c := a.Zeros(1 << 20)
		require.Len(t, c, 1<<20)
		c[1<<20-1] = 1
		a.Free(c)
		for _, p := range a.Planes(10) {
			require.Len(t, p, 10)
		}
	}
	require.NoError(t, none.Close())
	require.NoError(t, closed.Close())
	require.Equal(t, Stats{}, none.Stats())
	require.True(t, none.OnHeap() && closed.OnHeap())
}

func TestConcurrent(t *testing.T) {
	a := New()
	defer a.Close()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				c := a.Column(smallest << (i % 5))
				for j := range c {
					c[j] = field.M31(g)
				}
				runtime.Gosched()
				for j := range c {
					if c[j] != field.M31(g) {
						t.Errorf("column of goroutine %d was overwritten", g)
						break
					}
				}
				a.Free(c)
			}
		})
	}
	wg.Wait()
	require.Zero(t, a.Stats().InUse)
}

// Large pages are tried, given up if they are slow, and tried again much later.
func TestChoice(t *testing.T) {
	var p pages
	require.False(t, p.choose())
	p.took(false, step, step)
	require.True(t, p.choose())
	p.took(true, extent, 5*extent)
	tries := 0
	for range 1200 {
		if p.choose() {
			p.took(true, extent, 5*extent)
			tries++
		} else {
			p.took(false, step, step)
		}
	}
	require.InDelta(t, 5, tries, 1)
	for range 20 {
		p.took(true, extent, extent/10)
	}
	require.True(t, p.choose())
}

func BenchmarkColumn(b *testing.B) {
	for _, k := range []struct {
		name string
		new  func() *Arena
	}{{"arena", New}, {"heap", func() *Arena { return nil }}} {
		b.Run(k.name, func(b *testing.B) {
			const n = 1 << 18
			b.SetBytes(100 * word * n)
			for b.Loop() {
				a := k.new()
				for range 100 {
					clear(a.Column(n))
				}
				if err := a.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
