package trace

import "github.com/orrery/orrery/air/rv32im"

// misaligned reports whether the row's load or store is at an address that is no multiple
// of its size: such rows are for the chips load-misaligned and store-misaligned.
func (x *Row) misaligned() bool { return (x.A+x.Inst.Imm)%x.Inst.Op.AccessSize() != 0 }

// misaligned fills the five cases.
func (w columns) misaligned(c rv32im.Misaligned, r int, x *Row) {
	word, offset := x.Inst.Op.AccessSize() == 4, (x.A+x.Inst.Imm)%4
	w.bit(c.Word1, r, word && offset == 1)
	w.bit(c.Word2, r, word && offset == 2)
	w.bit(c.Word3, r, word && offset == 3)
	w.bit(c.Half1, r, !word && offset == 1)
	w.bit(c.Half3, r, !word && offset == 3)
}

// second fills the carries to the second word, and gives that word and the timestamp of
// the access before; all of it is 0 if the access has one word.
func (w columns) second(c rv32im.NextWord, r int, x *Row) (word, ts uint32) {
	at := x.A + x.Inst.Imm
	w.bit(c.CarryLo, r, x.Second != nil && at&0xffff >= 0xfffc)
	w.bit(c.CarryHi, r, x.Second != nil && at >= 0xfffffffc)
	if x.Second == nil {
		return 0, 0
	}
	return x.Second.Word, x.Second.Ts
}

// split fills the bytes of a limb.
func (w columns) split(c rv32im.Split, r int, v uint32) {
	w.set(c.Low, r, v&0xff)
	w.set(c.And, r, v&0xff&(v>>8))
}

func (w columns) wordSplits(c [4]rv32im.Split, r int, first, second uint32) {
	w.split(c[0], r, first&0xffff)
	w.split(c[1], r, first>>16)
	w.split(c[2], r, second&0xffff)
	w.split(c[3], r, second>>16)
}
