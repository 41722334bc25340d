package transcript

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// The personalisations of Blake2s in a transcript: absorbing, drawing, grinding.
var (
	personalAbsorb = hash.Personal([]byte("OrryAbsb"))
	initDraw       = hash.Blake2sInit(hash.Personal([]byte("OrryDraw")))
	initGrind      = hash.Blake2sInit(hash.Personal([]byte("OrryGrnd")))
)

// chain is the state with Blake2s. An operation takes it from state to
// H(state | operation).
type chain struct {
	state hash.Digest
	msg   hash.Blake2sState
}

func (c *chain) begin() {
	c.msg = hash.NewBlake2s(personalAbsorb)
	for _, w := range c.state[:hash.Blake2sWords] {
		c.msg.WriteWord(w)
	}
}

func (c *chain) end() {
	c.state = c.msg.Sum()
}

// chainStream gives the words of the blocks H(state | 0), H(state | 1), ... under a
// personalisation of their own.
type chainStream struct {
	state hash.Digest
	block [hash.Blake2sWords]uint32
	next  int
	count uint64
}

func (s *chainStream) word() uint32 {
	if s.next == len(s.block) {
		s.block = stateAndNumber(initDraw, &s.state, s.count)
		s.count++
		s.next = 0
	}
	w := s.block[s.next]
	s.next++
	return w
}

// element is uniform: 31 bits at a time, and those of p are thrown away.
func (s *chainStream) element() field.M31 {
	for {
		if w := s.word() & field.P; w != field.P {
			return field.M31(w)
		}
	}
}

// stateAndNumber hashes the 40 bytes of a state and a number with one compression.
func stateAndNumber(h [8]uint32, state *hash.Digest, n uint64) [8]uint32 {
	m, t := stateAndNumberBlock(state, n)
	hash.Blake2sCompress(&h, &m, t, true)
	return h
}

// stateAndNumberBlock is the block of a state and a number, and the bytes in it.
func stateAndNumberBlock(state *hash.Digest, n uint64) (m [16]uint32, t uint64) {
	copy(m[:hash.Blake2sWords], state[:hash.Blake2sWords])
	m[8], m[9] = uint32(n), uint32(n>>32)
	return m, 40
}
