package rv32im

import "github.com/orrery/orrery/air"

const limb = 1 << 16

// Step is the part that all instruction chips share: which instruction, and when.
type Step struct{ PC, Clk air.Col }

func newStep(l *air.Layout) Step {
	return Step{
		PC:  l.Felt("pc", "program counter / 4; tied by the state bus"),
		Clk: l.Felt("clk", "clock; tied by the state bus"),
	}
}

// take receives the row's state. Assumes live is 0 or 1.
func (s Step) take(b *air.Builder, live air.Expr) {
	b.Receive(State, live, b.Col(s.PC), b.Col(s.Clk))
}

// advance receives the row's state and sends the next one.
func (s Step) advance(b *air.Builder, live, nextPC air.Expr) {
	s.take(b, live)
	b.Send(State, live, nextPC, b.Col(s.Clk).Plus(1))
}

// advanceInOrder is advance to the following word.
func (s Step) advanceInOrder(b *air.Builder, live air.Expr) {
	s.advance(b, live, b.Col(s.PC).Plus(1))
}

// fetch looks the row's instruction up on the program bus. args are x0 to x3, the missing
// ones zero.
func (s Step) fetch(b *air.Builder, live, op air.Expr, args ...air.Expr) {
	tuple := []air.Expr{b.Col(s.PC), op}
	tuple = append(tuple, args...)
	for len(tuple) < Program.Arity {
		tuple = append(tuple, b.Nil())
	}
	b.Receive(Program, live, tuple...)
}

// timestamp is that of the row's access to a register in the slot.
func (s Step) timestamp(b *air.Builder, slot int) air.Expr {
	return b.Col(s.Clk).Scale(4).Plus(int64(slot))
}

// memoryTime is the timestamp of the row's accesses to memory words, which are different
// ones.
func (s Step) memoryTime(b *air.Builder) air.Expr { return b.Col(s.Clk).Plus(MemoryTime) }

// Word is a 32-bit value as two 16-bit limbs.
type Word struct{ Lo, Hi air.Col }

// newWord appends the limbs of a value that is read, or pinned by a message.
func newWord(l *air.Layout, name, doc string) Word {
	return Word{Lo: l.U16(name+"_lo", doc+", low limb"), Hi: l.U16(name+"_hi", doc+", high limb")}
}

func (w Word) exprs(b *air.Builder) Value { return Value{b.Col(w.Lo), b.Col(w.Hi)} }

// Value is a 32-bit value as two limb expressions.
type Value struct{ Lo, Hi air.Expr }

// rangeCheck looks both limbs up. Constrains lo, hi < 2^16 on live rows.
func (v Value) rangeCheck(b *air.Builder, live air.Expr) {
	b.Receive(Range16, live, v.Lo)
	b.Receive(Range16, live, v.Hi)
}

// Read is an access that leaves the word as it was.
type Read struct {
	Value Word
	Ts    air.Col // timestamp of the previous access
}

func newRead(l *air.Layout, name, doc string) Read {
	return Read{
		Value: newWord(l, name, doc),
		Ts:    l.Felt(name+"_ts", "timestamp of the access before; tied by the memory bus"),
	}
}

// Write is an access that replaces the word.
type Write struct {
	Old Word
	Ts  air.Col // timestamp of the previous access
}

func newWrite(l *air.Layout, name, doc string) Write {
	return Write{
		Old: newWord(l, name+"_old", doc+" before the write"),
		Ts:  l.Felt(name+"_ts", "timestamp of the access before; tied by the memory bus"),
	}
}

// access replaces old by new in the word at address (in words): takes the old word with
// its timestamp ts and puts the new one with the timestamp now. Constrains the gap,
// now - ts - 1, to GapBits bits, so that ts < now: the timestamps that accesses and refreshes
// put are below 2^(MaxClockLog+2) + 4, so that no difference wraps. Page.Define tells why
// the first one, which page puts, may be any.
func access(b *air.Builder, live, address air.Expr, old, new Value, ts air.Col, now air.Expr) {
	b.Receive(Memory, live, address, old.Lo, old.Hi, b.Col(ts))
	b.Send(Memory, live, address, new.Lo, new.Hi, now)
	b.Receive(Range16, live, now.Sub(b.Col(ts)).Plus(-1))
}

// readRegister reads register reg in the slot.
func readRegister(b *air.Builder, live air.Expr, s Step, slot int, reg air.Expr, r Read) Value {
	v := r.Value.exprs(b)
	access(b, live, reg.Plus(RegisterBase), v, v, r.Ts, s.timestamp(b, slot))
	return v
}

// writeRegister writes v to register reg. Assumes that the caller range-checks v.
func writeRegister(b *air.Builder, live air.Expr, s Step, reg air.Expr, w Write, v Value) {
	access(b, live, reg.Plus(RegisterBase), w.Old.exprs(b), v, w.Ts, s.timestamp(b, SlotRd))
}

// updateRegister replaces old by v in register reg, which is rs1 and rd: one access, in the slot
// of rd, serves for the read and the write, as no other of the row changes the register. ts is
// the timestamp of the previous access. Assumes that the caller range-checks v.
func updateRegister(b *air.Builder, live air.Expr, s Step, reg air.Expr, old Value, ts air.Col, v Value) {
	access(b, live, reg.Plus(RegisterBase), old, v, ts, s.timestamp(b, SlotRd))
}

// readMemory reads the word at address (in words).
func readMemory(b *air.Builder, live air.Expr, s Step, address air.Expr, r Read) Value {
	v := r.Value.exprs(b)
	access(b, live, address, v, v, r.Ts, s.memoryTime(b))
	return v
}

// writeMemory replaces the word at address (in words) by v. Assumes that the caller
// range-checks v.
func writeMemory(b *air.Builder, live air.Expr, s Step, address air.Expr, w Write, v Value) {
	access(b, live, address, w.Old.exprs(b), v, w.Ts, s.memoryTime(b))
}

// carries gives, as expressions, (x - z) / 2^16 of the low limbs and ((x - z) / 2^16 of both limbs
// with that added): the carries of a sum x = z + 2^32 carry, where the limbs of x may be sums of
// limbs.
//
// Where all limbs are below 2^16 and x is the sum of two of them, constraining both expressions to
// be bits makes z that sum modulo 2^32: 2^16 times a bit is the difference of integers that
// don't reach 2^18.
func carries(x, z Value) (lo, hi air.Expr) {
	lo = x.Lo.Sub(z.Lo).Scale(limbInverse)
	return lo, x.Hi.Add(lo).Sub(z.Hi).Scale(limbInverse)
}

// addWords constrains x + y = z modulo 2^32. Assumes that all limbs are below 2^16.
func addWords(b *air.Builder, name string, x, y, z Value) {
	lo, hi := carries(Value{x.Lo.Add(y.Lo), x.Hi.Add(y.Hi)}, z)
	b.Bit(name+": carry out of the low limbs", lo)
	b.Bit(name+": carry out of the high limbs", hi)
}
