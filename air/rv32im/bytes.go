package rv32im

import "github.com/orrery/orrery/air"

// ByteWord is a 32-bit value as four bytes, least significant first.
type ByteWord [4]air.Col

// newByteWord appends the bytes of a value. They are to be looked up.
func newByteWord(l *air.Layout, name, doc string) ByteWord {
	var w ByteWord
	for i, digit := range []string{"0", "1", "2", "3"} {
		w[i] = l.Byte(name+"_"+digit, doc+", byte "+digit)
	}
	return w
}

func (w ByteWord) exprs(b *air.Builder) [4]air.Expr {
	return [4]air.Expr{b.Col(w[0]), b.Col(w[1]), b.Col(w[2]), b.Col(w[3])}
}

// limbs are the limbs of the value that consists of four bytes.
func limbs(x [4]air.Expr) Value { return Value{pair(x[0], x[1]), pair(x[2], x[3])} }

// ByteRead is a Read whose value is needed in bytes.
type ByteRead struct {
	Value ByteWord
	Ts    air.Col // timestamp of the previous access
}

func newByteRead(l *air.Layout, name, doc string) ByteRead {
	return ByteRead{
		Value: newByteWord(l, name, doc),
		Ts:    l.Felt(name+"_ts", "timestamp of the access before; tied by the memory bus"),
	}
}

// readBytes reads register reg in the slot. Assumes that the caller looks the bytes up.
func readBytes(b *air.Builder, live air.Expr, s Step, slot int, reg air.Expr, r ByteRead) [4]air.Expr {
	x := r.Value.exprs(b)
	v := limbs(x)
	access(b, live, reg.Plus(RegisterBase), v, v, r.Ts, s.timestamp(b, slot))
	return x
}
