// Package simd has what the generators of package field/vec share: the two instruction
// sets behind one interface, and the arithmetic of M31 on vectors.
//
// A vector holds canonical elements in lanes of 32 bits unless a comment says otherwise.
// The multiplier takes even lanes only and makes products of 64 bits of them, so products
// are computed for even and odd lanes apart and put together at the end.
package simd

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Vec is a vector register.
type Vec = reg.VecVirtual

// Offset is a register with an offset in bytes.
type Offset = reg.GPVirtual

// M generates code for one instruction set.
type M struct {
	Name   string // suffix of the functions' names
	Bytes  int    // size of a vector
	Lanes  int    // elements in a vector
	AVX512 bool   // else AVX2

	p, p64 Vec // the modulus in all lanes of 32 and of 64 bits
	labels int
}

// Write calls f for each instruction set and writes the files.
func Write(f func(m *M)) {
	ConstraintExpr("amd64,!purego")
	f(&M{Name: "AVX2", Bytes: 32, Lanes: 8})
	f(&M{Name: "AVX512", Bytes: 64, Lanes: 16, AVX512: true})
	Generate()
}

// even and odd select lanes, with AVX-512.
var even, odd = reg.K1, reg.K2

// Func writes a function; doc continues a sentence that its name begins.
func (m *M) Func(name, signature, doc string, body func()) {
	m.function(name, signature, doc, NOSPLIT, body)
}

// FrameFunc is Func for bodies that call Frame.
func (m *M) FrameFunc(name, signature, doc string, body func()) {
	m.function(name, signature, doc, 0, body)
}

func (m *M) function(name, signature, doc string, attributes attr.Attribute, body func()) {
	TEXT(name+m.Name, attributes, signature)
	Doc(name + m.Name + " " + doc)
	Pragma("noescape")
	m.p = m.Broadcast(constant(1<<31 - 1))
	m.p64 = nil
	if m.AVX512 {
		KMOVW(constant(0x5555), even)
		KMOVW(constant(0xaaaa), odd)
	}
	body()
	VZEROUPPER()
	RET()
}

func constant(x uint32) reg.GPVirtual {
	r := GP32()
	MOVL(U32(x), r)
	return r
}

// New returns a register.
func (m *M) New() Vec {
	if m.AVX512 {
		return ZMM()
	}
	return YMM()
}

// Label returns a name for a label, used once in a function.
func (m *M) Label(name string) string {
	m.labels++
	return fmt.Sprintf("%s%d", name, m.labels)
}

// Pointer loads a parameter of eight bytes.
func Pointer(name string) reg.GPVirtual {
	return Load(Param(name), GP64()).(reg.GPVirtual)
}

// Pointers loads the pointers to n planes that a parameter points to.
func Pointers(name string, n int) []reg.GPVirtual {
	array := Pointer(name)
	out := make([]reg.GPVirtual, n)
	for k := range out {
		out[k] = GP64()
		MOVQ(Mem{Base: array, Disp: 8 * k}, out[k])
	}
	return out
}

// Scalar loads a parameter of four bytes into all lanes.
func (m *M) Scalar(name string) Vec {
	return m.Broadcast(Load(Param(name), GP32()).(reg.GPVirtual))
}

// Broadcast copies a register of 32 bits into all lanes.
func (m *M) Broadcast(x reg.GPVirtual) Vec {
	v := m.New()
	if m.AVX512 {
		VPBROADCASTD(x, v)
		return v
	}
	t := XMM()
	VMOVD(x, t)
	VPBROADCASTD(t, v)
	return v
}

// Zero returns zeros.
func (m *M) Zero() Vec {
	v := m.New()
	m.Xor(v, v, v)
	return v
}

// Loop runs body for i = 0, step, 2*step, ... below n elements, of which there are some,
// as an offset in bytes. It overwrites n.
func (m *M) Loop(n reg.GPVirtual, step int, body func(i reg.GPVirtual)) {
	i := GP64()
	SHLQ(U8(2), n)
	XORQ(i, i)
	top := m.Label("loop")
	Label(top)
	body(i)
	ADDQ(I32(4*step), i)
	CMPQ(i, n)
	JB(LabelRef(top))
}

// At is the place in memory i bytes after the element that base points to, and k vectors.
func (m *M) At(base, i reg.GPVirtual, k int) Mem {
	return Mem{Base: base, Index: i, Scale: 1, Disp: k * m.Bytes}
}

// Frame reserves n aligned vectors on the stack and returns where they are.
func (m *M) Frame(n int) func(k int) Mem {
	local := AllocLocal((n+1)*m.Bytes - 8)
	base := GP64()
	LEAQ(local.Offset(m.Bytes-8), base)
	ANDQ(I8(-m.Bytes), base)
	return func(k int) Mem { return Mem{Base: base, Disp: k * m.Bytes} }
}

// Load returns a copy of a vector in memory, at any address.
func (m *M) Load(a Mem) Vec {
	v := m.New()
	m.Move(a, v)
	return v
}

// Store writes a vector to memory, at any address.
func (m *M) Store(v Vec, a Mem) { m.Move(v, a) }

// Copy returns a copy.
func (m *M) Copy(a Vec) Vec {
	v := m.New()
	m.Move(a, v)
	return v
}

// Move copies between registers and memory.
func (m *M) Move(a, b Op) {
	if m.AVX512 {
		VMOVDQU32(a, b)
	} else {
		VMOVDQU(a, b)
	}
}

// And sets dst = a & b, b being in a register.
func (m *M) And(a, b, dst Op) {
	if m.AVX512 {
		VPANDQ(a, b, dst)
	} else {
		VPAND(a, b, dst)
	}
}

// Xor sets dst = a ^ b, b being in a register.
func (m *M) Xor(a, b, dst Op) {
	if m.AVX512 {
		VPXORQ(a, b, dst)
	} else {
		VPXOR(a, b, dst)
	}
}

// Table puts 32-bit words into the file's data and returns where they are.
func Table(name string, words []int) Mem {
	t := GLOBL(name, RODATA|NOPTR)
	for i, w := range words {
		DATA(4*i, U32(w))
	}
	return t
}
