package exec

import (
	"context"
	"reflect"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// stride is a program that stores to n pages of 4 KiB, one word that crosses into the next
// page each time, and exits.
func stride(t *testing.T, n uint32) *rv.Program {
	t.Helper()
	code := rvtest.LoadImm(8, 0x20ffe)
	code = append(code, rvtest.LoadImm(9, 0x20ffe+n<<timedBits)...)
	code = append(code, rvtest.LoadImm(10, 1<<timedBits)...)
	code = append(code,
		rvtest.S(rv.SW, 9, 0, 8),
		rvtest.R(rv.ADD, 8, 8, 10),
		rvtest.B(rv.BNE, 8, 9, -8),
	)
	return rvtest.Program(t, append(code, rvtest.Exit()...))
}

// Segments end before the instruction that would touch a page too many, wherever that is;
// a run in one piece doesn't.
func TestTouchedPages(t *testing.T) {
	ctx := context.Background()
	p := stride(t, 50)
	newOne := func() *Recorder {
		r, err := NewRecorder(p, nil, Options{GasLimit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole, err := newOne().Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{2, 3, 7, 51, 52} {
		r := newOne()
		var cycles uint64
		for n, ended := 0, false; !ended; n++ {
			s, err := r.segment(ctx, 1<<20, most)
			if err != nil {
				t.Fatal(err)
			}
			pages := map[uint32]bool{}
			for _, b := range s.Blocks {
				if b.Ts != ([rv.BlockWords]uint32{}) {
					pages[b.Index/timedBlocks] = true
				}
			}
			if len(pages) > most || !s.Ended && len(pages) != most && len(pages) != most-1 {
				t.Fatalf("%d pages touched, %d may be", len(pages), most)
			}
			cycles += s.Cycles
			if ended = s.Ended; ended && (s.Exit != whole.Exit || s.Registers != whole.Registers || (most > 50) != (n == 0)) {
				t.Errorf("at most %d pages: %v after %d segments", most, s.Exit, n+1)
			}
		}
		if cycles != whole.Cycles {
			t.Errorf("at most %d pages: %d cycles instead of %d", most, cycles, whole.Cycles)
		}
		again := newOne()
		if _, err := again.Skip(ctx, 1<<20); err != nil {
			t.Fatal(err)
		}
		for _, b := range whole.Blocks {
			if r.Block(b.Index) != b.Final || again.Block(b.Index) != b.Final {
				t.Fatalf("block %#x is another one", b.Index)
			}
		}
	}
}

// Buffers that come back change nothing, and are used.
func TestBuffers(t *testing.T) {
	ctx := context.Background()
	p := stride(t, 30)
	var b Buffers
	var first []*Trace
	for round := range 3 {
		r, err := NewRecorder(p, nil, Options{GasLimit: 1 << 20, Buffers: &b})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			s, err := r.Segment(ctx, 37)
			if err != nil {
				t.Fatal(err)
			}
			if round == 0 {
				first = append(first, s)
			} else if !reflect.DeepEqual(s, first[i]) {
				t.Fatalf("round %d: segment %d differs", round, i)
			} else {
				r.Recycle(s)
			}
			if s.Ended {
				break
			}
		}
		r.Release()
		if b.tables == nil || len(b.pages) == 0 || !emptyTables(b.tables) || round > 0 && len(b.chunks) != 1 {
			t.Fatalf("round %d: %d pages, %d chunks", round, len(b.pages), len(b.chunks))
		}
		for _, c := range b.chunks {
			if *c != (chunk{}) {
				t.Fatal("a chunk with content")
			}
		}
	}
}

// emptyTables tells whether no page is in the tables.
func emptyTables(t *timedTables) bool {
	for i := range leaves {
		if *t.read[i] != (timedLeaf{}) || *t.write[i] != (timedLeaf{}) {
			return false
		}
	}
	return t.none == timedLeaf{}
}
