package hash

import "github.com/orrery/orrery/field"

// Domains of Poseidon2. The domain of a compression is its input word DomainWord, that of
// a sponge the same word of its first state, in the capacity; so no two uses ever start a
// permutation from the same state.
const (
	DomainNode       field.M31 = 1 // compression of two children
	DomainLeaf       field.M31 = 2 // sponge over a leaf's row
	DomainNodeRow    field.M31 = 3 // sponge over two children and a row
	DomainMemoryLeaf field.M31 = 4 // compression of 64 bytes of memory
	DomainMemoryNode field.M31 = 5 // compression of two nodes of the memory tree
	DomainTranscript field.M31 = 6 // duplex sponge of the transcript
	DomainGrind      field.M31 = 7 // compression of a grinding try
)

// Positions in the state. Compressions of digests leave the words between the digests and
// the domain zero.
const (
	DomainWord = Poseidon2Width - 1
	LengthWord = Poseidon2Width - 2
)

// Poseidon2Compress is the compression function of fixed length: the first nine elements
// of P(in) + in. in[DomainWord] must hold a domain, the other words are the message. For
// two digests, in = l (9), r (9), five zeros, domain.
func Poseidon2Compress(in *[Poseidon2Width]field.M31) (out [Poseidon2Words]field.M31) {
	s := *in
	Poseidon2Permute(&s)
	for i := range out {
		out[i] = s[i].Add(in[i])
	}
	return out
}

// Poseidon2Pair returns the input of the compression of two digests in a domain.
func Poseidon2Pair(l, r Digest, domain field.M31) (in [Poseidon2Width]field.M31) {
	for i := range Poseidon2Words {
		in[i] = field.M31(l[i])
		in[Poseidon2Words+i] = field.M31(r[i])
	}
	in[DomainWord] = domain
	return in
}

// sponge hashes messages whose length, in elements, is fixed before the first of them: it
// stands in the capacity with the domain, so that zeros may pad the last block. Elements
// are added to the rate, and a permutation follows each block, so one comes before the
// digest is read from the rate.
type sponge struct {
	s [Poseidon2Width]field.M31
	n int // elements of the rate taken
}

func newSponge(domain field.M31, length int) sponge {
	var p sponge
	p.s[DomainWord] = domain
	p.s[LengthWord] = field.New(uint64(length))
	return p
}

func (p *sponge) absorb(x field.M31) {
	if p.n == Poseidon2Rate {
		Poseidon2Permute(&p.s)
		p.n = 0
	}
	p.s[p.n] = p.s[p.n].Add(x)
	p.n++
}

func (p *sponge) absorbRow(row []field.M31) {
	for len(row) > 0 {
		if p.n == Poseidon2Rate {
			Poseidon2Permute(&p.s)
			p.n = 0
		}
		k := min(len(row), Poseidon2Rate-p.n)
		rate := p.s[p.n : p.n+k]
		for i, x := range row[:k] {
			rate[i] = rate[i].Add(x)
		}
		p.n += k
		row = row[k:]
	}
}

func (p *sponge) sum() (d Digest) {
	Poseidon2Permute(&p.s)
	for i := range Poseidon2Words {
		d[i] = uint32(p.s[i])
	}
	return d
}

// poseidon2Hasher is the Hasher of Poseidon2.
type poseidon2Hasher struct{}

func (poseidon2Hasher) ID() ID           { return Poseidon2 }
func (poseidon2Hasher) DigestWords() int { return Poseidon2Words }

// Leaf is a sponge over the row; the length is that of the row.
func (poseidon2Hasher) Leaf(row []field.M31) Digest {
	p := newSponge(DomainLeaf, len(row))
	p.absorbRow(row)
	return p.sum()
}

// Node is one compression.
func (poseidon2Hasher) Node(l, r Digest) (d Digest) {
	in := Poseidon2Pair(l, r, DomainNode)
	for i, x := range Poseidon2Compress(&in) {
		d[i] = uint32(x)
	}
	return d
}

// NodeRow is a sponge over the children and the row; the length is that of the row.
func (poseidon2Hasher) NodeRow(l, r Digest, row []field.M31) Digest {
	p := newSponge(DomainNodeRow, len(row))
	for _, w := range l {
		p.absorb(field.M31(w))
	}
	for _, w := range r {
		p.absorb(field.M31(w))
	}
	p.absorbRow(row)
	return p.sum()
}
