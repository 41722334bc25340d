package rv32im

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

// IsLookup reports whether the tuples of the bus are facts that don't depend on the
// program or the run, so that Holds can decide them.
func IsLookup(bus air.Bus) bool {
	switch bus.ID {
	case Range16.ID, RangeSmall.ID, Bytes.ID, Shift.ID:
		return true
	}
	return false
}

// Holds reports whether the tuple on a look-up bus (see IsLookup) is a true fact, so one
// that the bus's table offers. It is written independently of the tables, for tests and
// for error messages.
func Holds(bus air.Bus, tuple []field.M31) bool {
	if !IsLookup(bus) || len(tuple) != bus.Arity {
		return false
	}
	x := make([]uint32, len(tuple))
	for i, v := range tuple {
		x[i] = uint32(v)
	}
	switch bus.ID {
	case Range16.ID:
		return x[0] < limb
	case RangeSmall.ID:
		return x[0] != 0 && x[0]&(x[0]-1) == 0 && x[0] <= limb && x[1] < x[0]
	case Bytes.ID:
		return holdsBytes(x[0], x[1], x[2], x[3])
	default: // Shift
		return x[0] < 32 && x[1] == 1<<(x[0]%16) && x[2] == limb>>(x[0]%16) && x[3] == x[0]/16
	}
}

func holdsBytes(op, a, b, c uint32) bool {
	if a > 255 || b > 255 {
		return false
	}
	switch op {
	case ByteAnd:
		return c == a&b
	case ByteOr:
		return c == a|b
	case ByteXor:
		return c == a^b
	}
	return false
}
