package guest_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// edges are the operands of the alu and muldiv guests.
var edges = []uint32{
	0, 1, 2, 3, 0x1f, 0x20, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x12345678, 0x7fffffff, 0x80000000, 0x80000001,
	0xdeadbeef, 0xfffffffe, 0xffffffff,
}

// checksum is the guests' running sum over words.
type checksum uint32

func (c *checksum) mix(values ...uint32) {
	for _, v := range values {
		*c = checksum(bits.RotateLeft32(uint32(*c), 5)^v) + 0x9e3779b9
	}
}

// sums collects the checksums that a guest puts out.
type sums []uint32

func (s *sums) add(f func(c *checksum)) {
	var c checksum
	f(&c)
	*s = append(*s, uint32(c))
}

func (s sums) result() result { return result{wordBytes(s...), 0} }

func truth(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// operation is an instruction on two registers.
type operation func(a, b uint32) uint32

func less(a, b uint32) uint32         { return truth(int32(a) < int32(b)) }
func lessUnsigned(a, b uint32) uint32 { return truth(a < b) }

func muldiv([]byte) result {
	var s sums
	for _, op := range []operation{
		func(a, b uint32) uint32 { return a * b },
		func(a, b uint32) uint32 { return uint32(int64(int32(a)) * int64(int32(b)) >> 32) },
		func(a, b uint32) uint32 { return uint32(int64(int32(a)) * int64(b) >> 32) },
		func(a, b uint32) uint32 { return uint32(uint64(a) * uint64(b) >> 32) },
		func(a, b uint32) uint32 {
			if b == 0 {
				return math.MaxUint32
			}
			return uint32(int64(int32(a)) / int64(int32(b)))
		},
		func(a, b uint32) uint32 {
			if b == 0 {
				return math.MaxUint32
			}
			return a / b
		},
		func(a, b uint32) uint32 {
			if b == 0 {
				return a
			}
			return uint32(int64(int32(a)) % int64(int32(b)))
		},
		func(a, b uint32) uint32 {
			if b == 0 {
				return a
			}
			return a % b
		},
	} {
		s.add(func(c *checksum) {
			for _, a := range edges {
				for _, b := range edges {
					c.mix(op(a, b), op(a, a), op(a, b), op(0, b), 0)
				}
			}
		})
	}
	return s.result()
}

func alu([]byte) result {
	var s sums
	shift := func(f func(x uint32, n uint32) uint32) operation {
		return func(a, b uint32) uint32 { return f(a, b&31) }
	}
	add := func(a, b uint32) uint32 { return a + b }
	sub := func(a, b uint32) uint32 { return a - b }
	left := shift(func(x, n uint32) uint32 { return x << n })
	right := shift(func(x, n uint32) uint32 { return x >> n })
	rightSigned := shift(func(x, n uint32) uint32 { return uint32(int32(x) >> n) })
	xor := func(a, b uint32) uint32 { return a ^ b }
	or := func(a, b uint32) uint32 { return a | b }
	and := func(a, b uint32) uint32 { return a & b }

	for _, op := range []operation{add, sub, left, less, lessUnsigned, xor, right, rightSigned, or, and} {
		s.add(func(c *checksum) {
			for _, a := range edges {
				for _, b := range edges {
					c.mix(op(a, b), 0)
				}
				c.mix(op(a, a), op(a, a), op(0, a))
			}
		})
	}
	immediates := func(list []int32, ops ...operation) {
		for _, op := range ops {
			s.add(func(c *checksum) {
				for _, a := range edges {
					for _, imm := range list {
						c.mix(op(a, uint32(imm)), op(a, uint32(imm)), 0)
					}
				}
			})
		}
	}
	immediates([]int32{-2048, -1365, -1, 0, 1, 7, 2047}, add, less, lessUnsigned, xor, or, and)
	immediates([]int32{0, 1, 8, 15, 16, 31}, left, right, rightSigned)
	for range 2 { // lui, and auipc less its address
		s.add(func(c *checksum) {
			c.mix(0, 1<<12, 0x12345<<12, 0x7ffff<<12, 0x80000<<12, 0xfffff<<12)
		})
	}
	for _, taken := range []operation{
		func(a, b uint32) uint32 { return truth(a == b) },
		func(a, b uint32) uint32 { return truth(a != b) },
		less,
		func(a, b uint32) uint32 { return 1 - less(a, b) },
		lessUnsigned,
		func(a, b uint32) uint32 { return 1 - lessUnsigned(a, b) },
	} {
		s.add(func(c *checksum) {
			for _, a := range edges {
				for _, b := range edges {
					c.mix(taken(a, b), taken(a, b))
				}
				c.mix(taken(a, a))
			}
		})
	}
	s = append(s, 4, 4, 0, 4) // links, less the address of the jump

	loads := func(step int, load func(word uint32, at int) uint32) {
		s.add(func(c *checksum) {
			for _, word := range edges {
				for at := 0; at < 4; at += step {
					c.mix(load(word, at), load(word, at))
				}
			}
		})
	}
	loads(1, func(w uint32, at int) uint32 { return uint32(int8(w >> (8 * at))) })
	loads(2, func(w uint32, at int) uint32 { return uint32(int16(w >> (8 * at))) })
	loads(4, func(w uint32, at int) uint32 { return w })
	loads(1, func(w uint32, at int) uint32 { return uint32(uint8(w >> (8 * at))) })
	loads(2, func(w uint32, at int) uint32 { return uint32(uint16(w >> (8 * at))) })
	for _, size := range []int{1, 2, 4} {
		mask := uint32(1<<(8*size) - 1)
		s.add(func(c *checksum) {
			for _, x := range edges {
				for at := 0; at < 4; at += size {
					w := 0x5aa5c33c&^(mask<<(8*at)) | (x&mask)<<(8*at)
					c.mix(w)
					// The second store overlays the first one with the same bytes.
					c.mix(w)
				}
			}
		})
	}
	return s.result()
}

func misaligned([]byte) result {
	const window = 16
	fresh := func() []byte {
		b := make([]byte, window)
		for i := range b {
			b[i] = byte(0x83 + 29*i)
		}
		return b
	}
	var s sums
	var count uint32
	access := func(size int, f func(c *checksum, b []byte, at int)) {
		s.add(func(c *checksum) {
			for range 2 {
				b := fresh()
				for at := 0; at <= window-size; at++ {
					f(c, b, at)
					count += truth(at%size != 0)
				}
			}
		})
	}
	access(2, func(c *checksum, b []byte, at int) { c.mix(uint32(int16(binary.LittleEndian.Uint16(b[at:])))) })
	access(2, func(c *checksum, b []byte, at int) { c.mix(uint32(binary.LittleEndian.Uint16(b[at:]))) })
	access(4, func(c *checksum, b []byte, at int) { c.mix(binary.LittleEndian.Uint32(b[at:])) })
	for _, size := range []int{2, 4} {
		access(size, func(c *checksum, b []byte, at int) {
			copy(b[at:], wordBytes(0x9e3779b9 + uint32(at)*0x01030507)[:size])
			for _, x := range b {
				c.mix(uint32(x))
			}
		})
	}
	s = append(s, count)
	return s.result()
}

// int64Inputs pairs edges of 64 bits, and random numbers of all lengths.
func int64Inputs(random source) [][]byte {
	edge := []uint64{
		0, 1, 2, 3, 10, 31, 32, 33, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0x1ffffffff,
		0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001, 0xffffffff00000000, 0xfffffffffffffffe, 0xffffffffffffffff,
	}
	var pairs, numbers []byte
	for _, a := range edge {
		for _, b := range edge {
			pairs = binary.LittleEndian.AppendUint64(pairs, a)
			pairs = binary.LittleEndian.AppendUint64(pairs, b)
		}
	}
	for range 2 * 4000 {
		numbers = binary.LittleEndian.AppendUint64(numbers, random.Uint64()>>(random.Uint64()%64))
	}
	return [][]byte{nil, pairs, numbers, pairs[:15]}
}

func int64s(in []byte) result {
	if len(in)%16 != 0 {
		return result{nil, 1}
	}
	var out []byte
	for pair := range slices.Chunk(in, 16) {
		a, b := binary.LittleEndian.Uint64(pair), binary.LittleEndian.Uint64(pair[8:])
		var q, r, signedQ, signedR uint64
		if b != 0 {
			q, r = a/b, a%b
			if int64(a) != math.MinInt64 || int64(b) != -1 {
				signedQ, signedR = uint64(int64(a)/int64(b)), uint64(int64(a)%int64(b))
			}
		}
		n := b % 64
		for _, x := range []uint64{a * b, q, r, signedQ, signedR, a << n, a >> n, uint64(int64(a) >> n)} {
			out = binary.LittleEndian.AppendUint64(out, x)
		}
		out = append(out, wordBytes(uint32(bits.LeadingZeros64(a)), uint32(bits.TrailingZeros64(a)), uint32(bits.OnesCount64(a)))...)
	}
	return result{out, 0}
}

func memory(in []byte) result {
	const room, edge, sizes = 256 + 16, 8, 40
	if len(in) > 256 {
		return result{nil, 1}
	}
	mixAll := func(c *checksum, b []byte) {
		for _, x := range b {
			c.mix(uint32(x))
		}
	}
	filled := func() []byte { return bytes.Repeat([]byte{0xee}, room) }
	most := min(len(in), sizes-1)
	var s sums

	source, target := make([]byte, room), make([]byte, room)
	s.add(func(c *checksum) {
		for from := range 4 {
			for to := range 4 {
				for size := 0; size <= most; size++ {
					target = filled()
					copy(source[from:], in)
					copy(target[edge+to:], in[:size])
					c.mix(uint32(edge + to))
					mixAll(c, target[:sizes+2*edge])
				}
				copy(target[to:], in)
				mixAll(c, target)
			}
		}
	})
	s.add(func(c *checksum) {
		for from := range 8 {
			for to := range 8 {
				for size := 0; size <= most; size++ {
					copy(target, in)
					copy(target[to:], slices.Clone(target[from:from+size]))
					mixAll(c, target[:sizes+2*edge])
				}
			}
		}
	})
	s.add(func(c *checksum) {
		for to := range 4 {
			for size := range sizes {
				block := filled()
				copy(block[edge+to:], bytes.Repeat([]byte{byte(size)}, size))
				mixAll(c, block[:sizes+2*edge])
			}
		}
	})
	s.add(func(c *checksum) {
		for range 16 {
			for size := 1; size <= most; size++ {
				// Equal; greater where the top bit of the changed byte is now set; equal before it.
				c.mix(1 | truth(in[size*7/8] < 0x80)<<1 | 1<<2)
			}
		}
	})
	s.add(func(c *checksum) {
		for range 4 {
			for size := range uint32(sizes) {
				c.mix(size)
			}
		}
	})
	return s.result()
}
