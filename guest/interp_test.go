package guest_test

import "encoding/binary"

// Operations of the interp guest, in the order of their numbers.
const (
	opHalt = iota
	opSet
	opExtend
	opAdd
	opSub
	opMul
	opDiv
	opAnd
	opOr
	opXor
	opShl
	opShr
	opLess
	opLoad
	opStore
	opJump
	opJumpZero
	opJumpNotZero
	opOutput
	opUnknown
)

// code assembles instructions (op, a, b, c).
func code(instructions ...[4]byte) []byte {
	var b []byte
	for _, i := range instructions {
		b = append(b, i[:]...)
	}
	return b
}

// far is an instruction with a signed 16-bit operand.
func far(op, a byte, bc int16) [4]byte {
	return [4]byte{op, a, byte(bc), byte(uint16(bc) >> 8)}
}

// collatz outputs, for the start values 1 to n, the longest Collatz sequence's
// length and start.
func collatz(n int16) []byte {
	const one, two, three, limit, start, x, steps, best, which, t = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
	return code(
		far(opSet, one, 1), far(opSet, two, 2), far(opSet, three, 3), far(opSet, limit, n+1), far(opSet, start, 1),
		// 5: the next start
		[4]byte{opLess, t, start, limit}, far(opJumpZero, t, 19),
		[4]byte{opOr, x, start, start}, far(opSet, steps, 0),
		// 9: a step
		[4]byte{opSub, t, x, one}, far(opJumpZero, t, 9),
		[4]byte{opAdd, steps, steps, one}, [4]byte{opAnd, t, x, one}, far(opJumpZero, t, 3),
		[4]byte{opMul, x, x, three}, [4]byte{opAdd, x, x, one}, far(opJump, 0, -8),
		[4]byte{opDiv, x, x, two}, far(opJump, 0, -10), [4]byte{opHalt},
		// 20: the end of a sequence
		[4]byte{opLess, t, best, steps}, far(opJumpZero, t, 2),
		[4]byte{opOr, best, steps, steps}, [4]byte{opOr, which, start, start},
		[4]byte{opAdd, start, start, one}, far(opJump, 0, -21),
		// 26: all sequences done
		[4]byte{opOutput, best}, [4]byte{opOutput, which}, [4]byte{opHalt},
	)
}

// interpInputs returns programs that use all operations, and malformed ones.
func interpInputs() [][]byte {
	var all [][4]byte
	all = append(all, far(opSet, 1, -2), far(opSet, 2, 0x1234), far(opExtend, 2, -2), far(opSet, 3, 35))
	for op := byte(opAdd); op <= opLess; op++ {
		for _, pair := range [][2]byte{{1, 2}, {2, 1}, {2, 3}, {3, 3}, {2, 0}, {0, 1}} {
			all = append(all, [4]byte{op, 4, pair[0], pair[1]}, [4]byte{opOutput, 4})
		}
	}
	all = append(all,
		[4]byte{opStore, 2, 3}, [4]byte{opLoad, 5, 3}, [4]byte{opOutput, 5},
		[4]byte{opStore, 3, 1}, far(opSet, 6, 4094), [4]byte{opLoad, 7, 6}, [4]byte{opOutput, 0xf7},
		far(opJumpNotZero, 0, 99), far(opJumpZero, 1, 99), far(opJumpNotZero, 1, 1), [4]byte{opUnknown}, [4]byte{opHalt})
	return [][]byte{
		code(all...), collatz(50),
		nil, {0}, code([4]byte{opHalt}), code([4]byte{opUnknown}), code([4]byte{255}),
		code([4]byte{opOutput}), code(far(opJump, 0, -2)), code(far(opJump, 0, 32767)), code(far(opJump, 0, 0), [4]byte{opHalt}),
	}
}

// interp runs a program of the interp guest.
func interp(in []byte) result {
	if len(in)%4 != 0 {
		return result{nil, 1}
	}
	var out []byte
	var reg [16]uint32
	data := map[uint32]uint32{}
	for pc := 0; pc >= 0 && pc < len(in)/4; {
		i := in[4*pc:][:4]
		pc++
		a, b, c := &reg[i[1]&15], reg[i[2]&15], reg[i[3]&15]
		low := binary.LittleEndian.Uint16(i[2:])
		jump := false
		switch i[0] {
		case opHalt:
			return result{out, 0}
		case opSet:
			*a = uint32(int16(low))
		case opExtend:
			*a = *a<<16 | uint32(low)
		case opAdd:
			*a = b + c
		case opSub:
			*a = b - c
		case opMul:
			*a = b * c
		case opDiv:
			*a = ^uint32(0)
			if c != 0 {
				*a = b / c
			}
		case opAnd:
			*a = b & c
		case opOr:
			*a = b | c
		case opXor:
			*a = b ^ c
		case opShl:
			*a = b << (c & 31)
		case opShr:
			*a = b >> (c & 31)
		case opLess:
			*a = 0
			if b < c {
				*a = 1
			}
		case opLoad:
			*a = data[b&4095]
		case opStore:
			data[b&4095] = *a
		case opJump:
			jump = true
		case opJumpZero:
			jump = *a == 0
		case opJumpNotZero:
			jump = *a != 0
		case opOutput:
			out = binary.LittleEndian.AppendUint32(out, *a)
		default:
			return result{out, 1}
		}
		if jump {
			pc += int(int16(low))
		}
	}
	return result{out, 1}
}
