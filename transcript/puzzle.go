package transcript

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// MaxGrindBits is the largest difficulty of a puzzle.
const MaxGrindBits = 30

// Puzzle is a proof of work on a transcript's state: to find a nonce whose hash with that
// state ends in a number of zero bits. A try costs one compression of Blake2s or one
// permutation of Poseidon2.
type Puzzle struct {
	id    hash.ID
	bits  int
	state hash.Digest
}

// Puzzle returns the puzzle that CheckGrind would check, and leaves t as it is.
func (t *Transcript) Puzzle(label string, bits int) Puzzle {
	return t.Clone().puzzle(label, bits)
}

// puzzle absorbs the difficulty and takes the puzzle's state.
func (t *Transcript) puzzle(label string, bits int) Puzzle {
	t.begin(kindGrind, label, 1)
	t.uint64(uint64(bits))
	t.end()
	p := Puzzle{id: t.id, bits: bits, state: t.chain.state}
	if t.algebraic() {
		t.dup.permute()
		for i := range hash.Poseidon2Words {
			p.state[i] = uint32(t.dup.s[i])
		}
	}
	return p
}

// Solves reports whether nonce solves the puzzle. A puzzle of 0 bits has the solution 0
// only, so that nothing in a proof is free; one of less than 0 or more than MaxGrindBits
// bits has none.
func (p Puzzle) Solves(nonce uint64) bool {
	if p.bits == 0 {
		return nonce == 0
	}
	return p.Meets(p.work(nonce))
}

// Meets reports whether a word that the hash of a nonce gives ends in enough zero bits.
// That makes the nonce a solution of a puzzle of 1 bit or more.
func (p *Puzzle) Meets(work uint32) bool {
	if p.bits < 0 || p.bits > MaxGrindBits {
		return false
	}
	return work&(1<<p.bits-1) == 0
}

// work is a word of the hash of state and nonce.
func (p *Puzzle) work(nonce uint64) uint32 {
	if p.id == hash.Poseidon2 {
		in := p.Poseidon2Input(nonce)
		return uint32(hash.Poseidon2Compress(&in)[0])
	}
	return stateAndNumber(initGrind, &p.state, nonce)[0]
}

// ID is the hash of the puzzle.
func (p *Puzzle) ID() hash.ID {
	return p.id
}

// Blake2sInput returns what a puzzle with Blake2s compresses for a nonce: the chaining
// value and the only block of a message of t bytes. Words 8 and 9 of the block are the
// nonce's low and high half, and nothing else depends on it. Meets judges word 0 of what
// comes out.
func (p *Puzzle) Blake2sInput(nonce uint64) (h [8]uint32, m [16]uint32, t uint64) {
	m, t = stateAndNumberBlock(&p.state, nonce)
	return initGrind, m, t
}

// Poseidon2Input returns what a puzzle with Poseidon2 compresses for a nonce. Meets judges
// element 0 of what comes out.
func (p *Puzzle) Poseidon2Input(nonce uint64) (in [hash.Poseidon2Width]field.M31) {
	for i, w := range p.state {
		in[i] = field.M31(w)
	}
	limbs := numberLimbs(nonce)
	copy(in[hash.Poseidon2Words:], limbs[:])
	in[hash.DomainWord] = hash.DomainGrind
	return in
}

// CheckGrind absorbs the difficulty and the nonce, and reports whether the nonce solves
// the puzzle. Draws that follow depend on the nonce.
func (t *Transcript) CheckGrind(label string, nonce uint64, bits int) bool {
	p := t.puzzle(label, bits)
	t.begin(kindNonce, label, 1)
	t.uint64(nonce)
	t.end()
	return p.Solves(nonce)
}
