package trace

import (
	"fmt"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/rv"
)

// counter counts look-ups: for each bus, how often each entry of the table that serves it
// is taken. The messages come from the compiled chips.
type counter struct {
	limbs  [6]limbCounts // by limbColumn
	shifts [shiftAmounts]uint32
	code   codeCounter
	pages  [1 << 16][2]uint32 // by page: read facts, write facts
	hashes map[[hashKey]field.M31]uint32
}

// limbCounts counts by limb.
type limbCounts [1 << rv32im.TableLog]uint32

const (
	// shiftAmounts is the number of shift amounts.
	shiftAmounts = 32
	// hashKey is the number of elements that a compression takes in.
	hashKey = hash.Poseidon2Width
)

// Columns of the table of limbs.
const (
	limbRange = iota
	limbSmall
	limbFull
	limbAnd
	limbOr
	limbXor
)

// codeCounter counts fetches of code words. A segment may be much longer in memory than in
// the file, but a run ends at the first word that the file doesn't have: there is one at most.
type codeCounter struct {
	code   *rv.Code
	words  []uint32 // by slot of the code
	behind uint64   // number of the word behind the file's, where the run ended; 0 for none
	last   uint32   // count of that word
}

func newCodeCounter(code *rv.Code, executed []uint32) codeCounter {
	c := codeCounter{code: code, words: make([]uint32, code.Listed())}
	if n := len(executed); n > 0 {
		if _, ok := code.Slot(executed[n-1]); !ok {
			c.behind = uint64(executed[n-1])
		}
	}
	return c
}

// empty is a counter of the same code, with all counts 0.
func (c *codeCounter) empty() codeCounter {
	return codeCounter{code: c.code, words: make([]uint32, len(c.words)), behind: c.behind}
}

// add counts fetches, see counter.add.
func (c *codeCounter) add(taken []uint32, address []field.M31) bool {
	first, whole := c.code.Start/4, uint32(len(c.code.Insts)) // a part has none
	for r, n := range taken {
		if n == 0 {
			continue
		}
		// Addresses below the first one wrap to large numbers.
		w := uint32(address[r]) - first
		if n > maxTaken {
			return false
		}
		if w < whole {
			c.words[w] += n
		} else if p := c.at(address[r]); p != nil {
			*p += n
		} else {
			return false
		}
	}
	return true
}

// at is the count of the word at a word address, nil if it isn't counted.
func (c *codeCounter) at(address field.M31) *uint32 {
	w := uint64(address) - uint64(c.code.Start/4)
	if w>>32 != 0 {
		return nil
	}
	if slot, ok := c.code.Slot(uint32(w)); ok {
		return &c.words[slot]
	}
	if w == c.behind {
		return &c.last
	}
	return nil
}

func (c *codeCounter) merge(d *codeCounter) {
	for i, n := range d.words {
		c.words[i] += n
	}
	c.last += d.last
}

// left reports fetches of words that the decoder doesn't have.
func (c *codeCounter) left() error {
	for i, n := range c.words {
		if n != 0 {
			return fmt.Errorf("trace: code word %d is executed, but not decoded", i)
		}
	}
	if c.last != 0 {
		return fmt.Errorf("trace: code word %d is executed, but not decoded", c.behind)
	}
	return nil
}

func newCounter(code codeCounter) *counter {
	return &counter{code: code, hashes: make(map[[hashKey]field.M31]uint32)}
}

// empty is a counter of the same code, with all counts 0.
func (c *counter) empty() *counter { return newCounter(c.code.empty()) }

// maxTaken bounds how often a row takes an entry.
const maxTaken = 1 << 16

// add counts messages on a bus, one for each row: taken[r] times the entry with the key
// elements keys[0][r], keys[1][r], .... once tells that each row takes one. It reports whether
// the tables have all entries that are taken; if they don't, the counts are of no use any more.
func (c *counter) add(bus uint32, taken []uint32, once bool, keys [][]field.M31) bool {
	x := keys[0][:len(taken)]
	switch bus {
	case rv32im.Range16.ID:
		if once {
			return addEachLimb(&c.limbs[limbRange], x)
		}
		return addLimbs(&c.limbs[limbRange], taken, x)
	case rv32im.RangeSmall.ID:
		return c.addSmall(taken, x, keys[1][:len(taken)])
	case rv32im.Bytes.ID:
		if once {
			return c.addEachBytes(x, keys[1][:len(taken)], keys[2][:len(taken)])
		}
		return c.addBytes(taken, x, keys[1][:len(taken)], keys[2][:len(taken)])
	case rv32im.Shift.ID:
		return c.addShifts(taken, x)
	case rv32im.Program.ID:
		return c.code.add(taken, x)
	case rv32im.Region.ID:
		return c.addPages(taken, x, keys[1][:len(taken)])
	case rv32im.Hash.ID:
		return c.addHashes(taken, keys)
	}
	return false
}

// addLimbs counts limbs. What is too large gathers in wrong: the loop has no other exit.
func addLimbs(counts *limbCounts, taken []uint32, x []field.M31) bool {
	var wrong uint32
	for r, n := range taken {
		if n == 0 {
			continue
		}
		v := uint32(x[r])
		counts[uint16(v)] += n
		wrong |= v>>16 | (n-1)>>16
	}
	return wrong == 0
}

// addEachLimb is addLimbs for rows that take one limb each.
func addEachLimb(counts *limbCounts, x []field.M31) bool {
	var wrong uint32
	for _, v := range x {
		counts[uint16(v)]++
		wrong |= uint32(v) >> 16
	}
	return wrong == 0
}

func (c *counter) addSmall(taken []uint32, power, x []field.M31) bool {
	small, full := &c.limbs[limbSmall], &c.limbs[limbFull]
	var wrong uint32
	for r, n := range taken {
		if n == 0 {
			continue
		}
		p, v := uint32(power[r]), uint32(x[r])
		// Powers up to 2^15 have the rows from p-1 on.
		counts, row := small, p-1+v
		if p == 1<<rv32im.TableLog {
			counts, row = full, v
		}
		counts[uint16(row)] += n
		wrong |= p&(p-1) | p>>(rv32im.TableLog+1) | (n-1)>>16
		if v >= p {
			wrong = 1
		}
	}
	return wrong == 0
}

func (c *counter) addBytes(taken []uint32, op, x, y []field.M31) bool {
	var wrong uint32
	for r, n := range taken {
		if n == 0 {
			continue
		}
		k, v, w := uint32(op[r]), uint32(x[r]), uint32(y[r])
		if k > rv32im.ByteXor {
			return false
		}
		c.limbs[limbAnd+k][uint16(v+w<<8)] += n
		wrong |= v>>8 | w>>8 | (n-1)>>16
	}
	return wrong == 0
}

// addEachBytes is addBytes for rows that take one entry each.
func (c *counter) addEachBytes(op, x, y []field.M31) bool {
	var wrong uint32
	for r, k := range op {
		if k > rv32im.ByteXor {
			return false
		}
		v, w := uint32(x[r]), uint32(y[r])
		c.limbs[limbAnd+k][uint16(v+w<<8)]++
		wrong |= (v | w) >> 8
	}
	return wrong == 0
}

func (c *counter) addShifts(taken []uint32, x []field.M31) bool {
	var wrong uint32
	for r, n := range taken {
		if n == 0 {
			continue
		}
		v := uint32(x[r])
		c.shifts[v%shiftAmounts] += n
		wrong |= v/shiftAmounts | (n-1)>>16
	}
	return wrong == 0
}

func (c *counter) addPages(taken []uint32, permission, page []field.M31) bool {
	for r, n := range taken {
		if n == 0 {
			continue
		}
		if permission[r] > rv32im.CannotWrite || page[r] >= 1<<16 || n > maxTaken {
			return false
		}
		write := 0
		if permission[r] == rv32im.CanWrite || permission[r] == rv32im.CannotWrite {
			write = 1
		}
		c.pages[page[r]][write] += n
	}
	return true
}

func (c *counter) addHashes(taken []uint32, keys [][]field.M31) bool {
	var in [hashKey]field.M31
	for r, n := range taken {
		if n == 0 {
			continue
		}
		if n > maxTaken {
			return false
		}
		for k := range in {
			in[k] = keys[k][r]
		}
		c.hashes[in] += n
	}
	return true
}

// merge adds the counts of d, on several threads. Most counts may be zero, in memory that nobody has
// written yet: adding zeros would map it.
func (c *counter) merge(d *counter, threads int) {
	par.For(threads, len(c.limbs), func(k int) {
		for i, n := range &d.limbs[k] {
			if n != 0 {
				c.limbs[k][i] += n
			}
		}
	})
	par.Chunks(threads, len(c.pages), func(lo, hi int) {
		for i, n := range d.pages[lo:hi] {
			if n != [2]uint32{} {
				c.pages[lo+i][0] += n[0]
				c.pages[lo+i][1] += n[1]
			}
		}
	})
	for i, n := range d.shifts {
		c.shifts[i] += n
	}
	c.code.merge(&d.code)
	for k, n := range d.hashes {
		c.hashes[k] += n
	}
}
