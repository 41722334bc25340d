package vm

import "github.com/orrery/orrery/field"

// Counts is the work of a program on one row, in operations of the kernels of package vec.
type Counts struct {
	Add        uint64 // sums and differences of base field elements; six for one over E
	Mul        uint64 // products of base field elements; six for one of E with a base field element
	MulE       uint64 // products over E
	Scale      uint64 // products of an element of E and a scalar of E
	Accumulate uint64 // base field elements times a scalar of E, added up
	BaseOut    uint64 // outputs over the base field
	ExtOut     uint64 // outputs over E
}

// Counts counts the program's instructions.
func (p *Program) Counts() Counts {
	var c Counts
	for i := range p.code {
		in := &p.code[i]
		size := uint64(1)
		if in.dst.kind == extReg {
			size = field.Degree
		}
		switch in.op {
		case opOut:
			if in.a.ext() {
				c.ExtOut++
			} else {
				c.BaseOut++
			}
		case opAcc:
			c.Accumulate += uint64(len(in.terms))
		case opPlanes:
			for _, s := range in.steps {
				switch {
				case s.op == opMul:
					c.Mul += field.Degree
				case s.b.ext() || s.b.scalar():
					c.Add += field.Degree
				default: // has one coordinate
					c.Add++
				}
			}
		case opAdd, opSub:
			c.Add += size
		default:
			c.product(in, size)
		}
	}
	return c
}

func (c *Counts) product(in *instruction, size uint64) {
	a, b := in.a, in.b
	if a.scalar() {
		a, b = b, a
	}
	switch {
	case size == 1 || !b.scalar() && a.ext() != b.ext():
		c.Mul += size
	case b.scalar() && a.ext():
		c.Scale++
	case b.scalar():
		c.Accumulate++
	default:
		c.MulE++
	}
}
