package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// leaves is Leaves, message after message.
func leaves(h hash.Hasher, columns [][]field.M31, lo int, out []hash.Digest) {
	rows := make([]field.M31, Width*len(columns))
	for start := 0; start < len(out); start += Width {
		n := min(Width, len(out)-start)
		gather(rows, columns, lo+start, n)
		for i := range n {
			out[start+i] = h.Leaf(row(rows, len(columns), i))
		}
	}
}

// nodes is Nodes, message after message.
func nodes(h hash.Hasher, children, out []hash.Digest) {
	for i := range out {
		out[i] = h.Node(children[2*i], children[2*i+1])
	}
}

// nodeRows is NodeRows, message after message.
func nodeRows(h hash.Hasher, children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
	rows := make([]field.M31, Width*len(columns))
	for start := 0; start < len(out); start += Width {
		n := min(Width, len(out)-start)
		gather(rows, columns, lo+start, n)
		for i := range n {
			j := start + i
			out[j] = h.NodeRow(children[2*j], children[2*j+1], row(rows, len(columns), i))
		}
	}
}

// gather copies rows lo to lo+n of the columns to dst, row after row.
func gather(dst []field.M31, columns [][]field.M31, lo, n int) {
	for c, column := range columns {
		for i, x := range column[lo : lo+n] {
			dst[i*len(columns)+c] = x
		}
	}
}

// row is row i of a gathered group.
func row(rows []field.M31, columns, i int) []field.M31 {
	return rows[i*columns : (i+1)*columns]
}
