// Package lanes hashes many messages at once for the prover, reading rows from columns.
// Its digests are those of hash.Hasher, one call for each message.
package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// tile is the number of rows gathered at once: 16 elements of a column are one cache
// line.
const tile = 16

// Leaves sets out[i] to h.Leaf of row lo+i of the columns, for all of out. Each column
// has at least lo+len(out) elements.
func Leaves(h hash.Hasher, columns [][]field.M31, lo int, out []hash.Digest) {
	rows := make([]field.M31, tile*len(columns))
	for start := 0; start < len(out); start += tile {
		n := min(tile, len(out)-start)
		gather(rows, columns, lo+start, n)
		for i := range n {
			out[start+i] = h.Leaf(row(rows, len(columns), i))
		}
	}
}

// Nodes sets out[i] to h.Node(children[2i], children[2i+1]), for all of out.
func Nodes(h hash.Hasher, children, out []hash.Digest) {
	for i := range out {
		out[i] = h.Node(children[2*i], children[2*i+1])
	}
}

// NodeRows sets out[i] to h.NodeRow of children[2i], children[2i+1] and row lo+i of the
// columns, for all of out.
func NodeRows(h hash.Hasher, children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
	rows := make([]field.M31, tile*len(columns))
	for start := 0; start < len(out); start += tile {
		n := min(tile, len(out)-start)
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

// row is row i of a gathered tile.
func row(rows []field.M31, width, i int) []field.M31 {
	return rows[i*width : (i+1)*width]
}
