package rv

import (
	"math/rand/v2"
	"testing"
)

// partHeader is the header of a program whose code goes from start to end.
func partHeader(start, end uint32) Header {
	h := Header{ABIVersion: ABIVersion, Entry: start, CodeStart: start, CodeEnd: end, MemoryLimit: PageSize}
	var at uint32
	h.Regions, at = h.Regions.Extend(0, start>>PageBits, (end-1)>>PageBits+1, KindCode)
	h.Regions = h.Regions.Push(at, KindNone)
	return h
}

// The code of a part is that of its blocks within the bounds, and zero elsewhere.
func TestPart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		start, end uint32
		blocks     []uint32 // indices
	}{
		{0x10000, 0x20000, nil},
		{0x10000, 0x20000, []uint32{1, 5, 0x1000, 0x2000}}, // around the code only
		{0x10024, 0x10058, []uint32{0x400, 0x401, 0x402}},
		{0x10024, 0x1fff0, []uint32{0x3ff, 0x400, 0x404, 0x405, 0x7ff, 0x800}},
		{0x10000, 0x40000000, []uint32{0x400, 0x401, 0x3ffff, 0x40000, 0x8ffffe, 0x8fffff, 0xffffff, 0x1000000}},
		{0x10000, 0x40000000, []uint32{0xffffff}},
	} {
		var blocks []Block
		words := map[uint32]uint32{}
		for _, i := range c.blocks {
			b := Block{Index: i}
			for k := range b.Words {
				b.Words[k] = rng.Uint32() | 3
				words[i*BlockWords+uint32(k)] = b.Words[k]
			}
			blocks = append(blocks, b)
		}
		p := NewPart(partHeader(c.start, c.end), blocks)
		seen := map[uint32]bool{}
		check := func(pc uint32) {
			in, ok := p.Code.At(pc)
			if ok != (pc >= c.start && pc < c.end) {
				t.Fatalf("%#x is code: %v", pc, ok)
			}
			if !ok {
				return
			}
			want := Inst{}
			if w, listed := words[pc/4]; listed {
				want = Decode(w).Ordered()
				slot, ok := p.Code.Slot((pc - c.start) / 4)
				if !ok || int(slot) >= p.Code.Listed() || seen[slot] {
					t.Fatalf("slot of %#x: %d of %d, %v", pc, slot, p.Code.Listed(), ok)
				}
				seen[slot] = true
			} else if _, ok := p.Code.Slot((pc - c.start) / 4); ok {
				t.Fatalf("%#x has a slot", pc)
			}
			if in != want {
				t.Fatalf("%#x: %+v instead of %+v", pc, in, want)
			}
		}
		for _, i := range c.blocks {
			for k := range uint32(BlockWords) {
				check(i*BlockSize + 4*k)
			}
		}
		for _, pc := range []uint32{0, c.start - 4, c.end, c.end + 4, 0x10ffc, 0x30000000} {
			if _, listed := words[pc/4]; !listed {
				check(pc)
			}
		}
		checkPieces(t, p, words)
	}
}

// checkPieces: pieces increase, agree with the code, and have every listed word.
func checkPieces(t *testing.T, p *Program, words map[uint32]uint32) {
	t.Helper()
	var last uint32
	total, found := 0, 0
	for _, c := range p.Code.Pieces() {
		if c.Start < p.Code.Start || c.End > p.Code.End || c.Start < last || c.NumWords() != uint32(len(c.Insts)) || len(c.Insts) == 0 {
			t.Fatalf("piece [%#x, %#x) with %d words", c.Start, c.End, len(c.Insts))
		}
		last = c.End
		total += len(c.Insts)
		for i, in := range c.Insts {
			pc := c.Start + 4*uint32(i)
			if want, _ := p.Code.At(pc); in != want {
				t.Fatalf("%#x in a piece: %+v instead of %+v", pc, in, want)
			}
			if _, ok := words[pc/4]; ok {
				found++
			}
		}
	}
	want := 0
	for w := range words {
		if 4*w >= p.Code.Start && 4*w < p.Code.End {
			want++
		}
	}
	if found != want {
		t.Errorf("%d words in pieces, %d are listed", found, want)
	}
	if most := max(pieceFactor*p.Code.Listed(), pieceBlocks*BlockWords); total > most {
		t.Errorf("%d words in pieces, at most %d expected", total, most)
	}
}

// A loaded program is one piece.
func TestPiecesOfAll(t *testing.T) {
	c := Code{Start: 0x10000, End: 0x10010, Insts: make([]Inst, 3)}
	if p := c.Pieces(); len(p) != 1 || p[0].Start != c.Start || len(p[0].Insts) != 3 {
		t.Errorf("%+v", p)
	}
	if s, ok := c.Slot(2); !ok || s != 2 || c.Listed() != 3 {
		t.Error("slots")
	}
	if _, ok := c.Slot(3); ok {
		t.Error("a slot behind the file")
	}
}
