package trace

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv/exec"
)

// TestForecast compares forecasts with the tables of segments. Instructions and pages of
// memory are exact; compressions can only be fewer, where blocks have equal contents.
func TestForecast(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		guest string
		input []byte
		size  uint64
	}{
		{"quicksort", wordList(1<<11, 40503), 30_000},
		{"quicksort", wordList(1000, 40503), 100_000},
		{"misaligned", nil, 1000},
		{"memory", nil, 8000},
		{"fillmem", nil, 3000},
		{"muldiv", nil, 2000},
		{"echo", wordList(1500, 40503), 5000},
		{"sha256chain", binary.LittleEndian.AppendUint32(nil, 12), 30_000},
		{"trap_store", nil, 100},
		{"trap_misaligned_jump", nil, 100},
		{"trap_ebreak", nil, 100},
		{"trap_fetch", nil, 100},
	} {
		t.Run(c.guest, func(t *testing.T) {
			p := loadGuest(t, c.guest)
			recorder, err := exec.NewRecorder(p, c.input, exec.Options{GasLimit: 1 << 40})
			if err != nil {
				t.Fatal(err)
			}
			tree := memtree.NewTree(Compressor(1))
			if err := tree.Set(Initial(p, c.input)); err != nil {
				t.Fatal(err)
			}
			f := NewForecast(p, c.input, 3)
			for segment := 0; ; segment++ {
				run, err := recorder.Segment(t.Context(), c.size)
				if errors.Is(err, exec.ErrUsed) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows := f.Of(run, run.Ended)
				var drop [memtree.Quarters]bool
				if run.Ended {
					drop = memtree.LastDrop()
				}
				opening, err := tree.Open(Leaves(run), drop)
				if err != nil {
					t.Fatal(err)
				}
				if n := len(opening.Leaves); rows[rv32im.ChipPage] != n {
					t.Errorf("segment %d: %d leaves, forecast %d", segment, n, rows[rv32im.ChipPage])
				}
				if n := len(opening.Nodes); rows[rv32im.ChipNode] != n {
					t.Errorf("segment %d: %d nodes, forecast %d", segment, n, rows[rv32im.ChipNode])
				}
				most := rows[rv32im.ChipPoseidon2]
				if n := len(compressions(Leaves(run), opening)); n > most || n < most*3/4-8 && c.guest != "echo" { // whose output is its input
					t.Errorf("segment %d: %d compressions, forecast %d", segment, n, most)
				}
				tables, err := BuildSegment(t.Context(), m, &Segment{p, run, opening}, 2, nil)
				if err != nil {
					t.Fatal(err)
				}
				compareHeights(t, segment, tables.List, rows.Instances(m))
				f.Advance(run)
			}
		})
	}
}

// wordList is a list of pseudo-random words behind its length.
func wordList(n int, factor uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(n))
	x := uint32(1)
	for range n {
		x = x*factor + 12345
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return b
}

// compareHeights compares tables that were built with those that were foretold. The row that
// ends a run may belong to another chip of the same height; compressions may be fewer.
func compareHeights(t *testing.T, segment int, built []Table, foretold []proof.Instance) {
	t.Helper()
	count := func(in proof.Instance) (n int) {
		for _, x := range foretold {
			if x == in {
				n++
			}
		}
		return n
	}
	for _, x := range built {
		switch chip := int(x.Chip); {
		case chip >= rv32im.ChipEcall && chip <= rv32im.ChipTrapMemory, chip == rv32im.ChipPoseidon2:
		default:
			if count(x.Instance) != 1 {
				t.Errorf("segment %d: table %+v was not foretold", segment, x.Instance)
			}
		}
	}
	if len(foretold) < len(built) {
		t.Errorf("segment %d: %d tables, foretold %d", segment, len(built), len(foretold))
	}
}
