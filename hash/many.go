package hash

import "github.com/orrery/orrery/field"

// Many is a Hasher that can hash several messages at once. Its results are those of the methods for
// one message.
type Many interface {
	Hasher
	// Leaves sets out[i] to Leaf of row i, for all of out. Rows have width elements and follow one
	// another.
	Leaves(rows []field.M31, width int, out []Digest)
	// Nodes sets out[i] to Node of children[2i] and children[2i+1].
	Nodes(children, out []Digest)
	// NodeRows sets out[i] to NodeRow of children[2i], children[2i+1] and row i.
	NodeRows(children []Digest, rows []field.M31, width int, out []Digest)
}

// AsMany is h, if it is a Many, or one that hashes by h one message after the other.
func AsMany(h Hasher) Many {
	if m, ok := h.(Many); ok {
		return m
	}
	return inTurn{h}
}

// inTurn hashes one message after the other.
type inTurn struct{ Hasher }

func (h inTurn) Leaves(rows []field.M31, width int, out []Digest) {
	for i := range out {
		out[i] = h.Leaf(rows[i*width : (i+1)*width])
	}
}

func (h inTurn) Nodes(children, out []Digest) {
	for i := range out {
		out[i] = h.Node(children[2*i], children[2*i+1])
	}
}

func (h inTurn) NodeRows(children []Digest, rows []field.M31, width int, out []Digest) {
	for i := range out {
		out[i] = h.NodeRow(children[2*i], children[2*i+1], rows[i*width:(i+1)*width])
	}
}
