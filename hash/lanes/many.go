package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

// Many is h with the kernels in use. Rows are put into columns first, Width of them at a time.
func Many(h hash.Hasher) hash.Many {
	if kernels(h, Width) == cpu.Portable {
		return hash.AsMany(h)
	}
	return many{h}
}

type many struct{ hash.Hasher }

func (m many) Leaves(rows []field.M31, width int, out []hash.Digest) {
	inColumns(rows, width, len(out), func(columns [][]field.M31, lo, n int) {
		Leaves(m.Hasher, columns, 0, out[lo:lo+n])
	})
}

func (m many) Nodes(children, out []hash.Digest) { Nodes(m.Hasher, children, out) }

func (m many) NodeRows(children []hash.Digest, rows []field.M31, width int, out []hash.Digest) {
	inColumns(rows, width, len(out), func(columns [][]field.M31, lo, n int) {
		NodeRows(m.Hasher, children[2*lo:2*(lo+n)], columns, 0, out[lo:lo+n])
	})
}

// inColumns puts rows into columns and calls f with them, for n rows from row lo on at a time.
func inColumns(rows []field.M31, width, count int, f func(columns [][]field.M31, lo, n int)) {
	buffer, columns := make([]field.M31, Width*width), make([][]field.M31, width)
	for lo := 0; lo < count; lo += Width {
		n := min(Width, count-lo)
		block := rows[lo*width : (lo+n)*width]
		for c := range columns {
			column := buffer[Width*c:][:n]
			for j := range column {
				column[j] = block[j*width+c]
			}
			columns[c] = column
		}
		f(columns, lo, n)
	}
}
