package arena

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSlice(t *testing.T) {
	type record struct{ a, b, c uint32 }
	arenas := map[string]*Arena{"arena": New(), "heap": nil}
	defer arenas["arena"].Close()
	for name, a := range arenas {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{0, 1, smallest/3 - 1, smallest/3 + 1, 1 << 16} {
				x := Slice[record](a, n)
				require.Len(t, x, n)
				for i := range x {
					x[i] = record{1, 2, uint32(i)}
				}
				b := Slice[byte](a, word*smallest+n)
				for i := range b {
					b[i] = 0xff
				}
				for i := range x {
					if x[i] != (record{1, 2, uint32(i)}) {
						t.Fatalf("%d of %d was overwritten", i, n)
					}
				}
				FreeSlice(a, x)
				FreeSlice(a, b)
				z := ZeroSlice[record](a, n)
				require.Equal(t, make([]record, n), z)
				FreeSlice(a, z)
				require.Zero(t, a.Stats().InUse)
			}
		})
	}
}
