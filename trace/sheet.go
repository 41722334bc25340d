package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/proof"
)

// sheet is all rows of a chip, which one or several tables hold one after the other.
type sheet struct {
	chip   int
	rows   int // that are going to be written; those behind are zero
	tables []Table
}

// newSheet adds the tables of a chip with n rows, all of which are going to be written. They
// get their cells in runTasks.
func (b *builder) newSheet(chip, n int) *sheet {
	copies := rv32im.MaxCopies
	if b.m.FixedLogHeight(chip) >= 0 {
		copies = 1
	}
	s := &sheet{chip: chip, rows: n}
	for _, log := range heights(n, copies) {
		s.tables = append(s.tables, Table{
			Instance: proof.Instance{Chip: uint8(chip), LogHeight: uint8(log)},
			Main:     make([][]field.M31, b.m.AIRs[chip].Width()),
		})
	}
	b.out.List = append(b.out.List, s.tables...)
	b.sheets = append(b.sheets, s)
	return s
}

// allocate makes the cells of the new sheets. Those that aren't going to be written are zero, or
// in derived columns what follows from zeros.
func (b *builder) allocate() {
	type column struct {
		table    *Table
		at, rows int
		rest     field.M31 // value of the rows behind
	}
	var list []column
	for _, s := range b.sheets {
		rows := s.rows
		a := b.m.AIRs[s.chip]
		rest := a.Derive(make([]field.M31, len(a.Main)), make([]field.M31, len(a.Preprocessed)), b.publics)
		for i := range s.tables {
			t := &s.tables[i]
			own := min(rows, 1<<t.LogHeight)
			rows -= own
			for k := range t.Main {
				list = append(list, column{t, k, own, rest[k]})
			}
		}
	}
	par.For(b.threads, len(list), func(i int) {
		c := list[i]
		n := 1 << c.table.LogHeight
		if c.rest == 0 {
			c.table.Main[c.at] = b.mem.ZerosFrom(c.rows, n)
			return
		}
		cells := b.mem.Column(n)
		for r := c.rows; r < n; r++ {
			cells[r] = c.rest
		}
		c.table.Main[c.at] = cells
	})
	b.sheets = nil
}

// store copies the first n rows of w to the rows of the sheet from at on.
func (s *sheet) store(w columns, at, n int) {
	from := 0
	for i := range s.tables {
		t := &s.tables[i]
		height := 1 << t.LogHeight
		if at < height {
			k := min(n-from, height-at)
			for c, col := range t.Main {
				copy(col[at:], w[c][from:from+k])
			}
			from, at = from+k, at+k
			if from == n {
				return
			}
		}
		at -= height
	}
}

// fill adds the tables of a chip with n rows; write writes row i of them to w[..][r].
func (b *builder) fill(chip, n int, write func(w columns, r, i int)) {
	b.fillBlocks(chip, n, func(w columns, lo, hi int) {
		for i := lo; i < hi; i++ {
			write(w, i-lo, i)
		}
	})
}

// fillBlocks is fill with a function that writes rows lo to hi, w[..][0] being the first one.
func (b *builder) fillBlocks(chip, n int, write func(w columns, lo, hi int)) {
	if n == 0 {
		return
	}
	s := b.newSheet(chip, n)
	rows := rowsOf(b.m.AIRs[chip].Width())
	for lo := 0; lo < n; lo += rows {
		hi := min(lo+rows, n)
		b.tasks = append(b.tasks, func(w *worker) error {
			return w.write(s, lo, hi-lo, func(cols columns) { write(cols, lo, hi) })
		})
	}
}
