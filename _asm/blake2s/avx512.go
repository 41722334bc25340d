package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 has a word of all lanes in a register: 16 for the state, 16 for the message.
type avx512 struct{ vector Mem }

var zmm = [32]reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

func (k avx512) compress() {
	beginCompress("AVX512")
	h := Load(Param("h"), GP64())
	groups := Load(Param("groups"), GP64())
	m := Load(Param("m"), GP64())
	v12, v13, v14 := startWords()
	offset := GP64()
	XORQ(offset, offset)

	v, w := zmm[:16], zmm[16:]
	Label("group")
	for i := range w {
		column := GP64()
		MOVQ(Mem{Base: m, Disp: sliceBytes * i}, column)
		at := Mem{Base: column, Index: offset, Scale: 1}
		VMOVDQU32(at, w[i])
		PREFETCHT0(at.Offset(ahead))
	}
	for i := range 8 {
		VMOVDQU32(Mem{Base: h, Disp: plane * i}, v[i])
	}
	for i := range 4 {
		VPBROADCASTD(k.vector.Offset(4*i), v[8+i])
	}
	VPBROADCASTD(v12, v[12])
	VPBROADCASTD(v13, v[13])
	VPBROADCASTD(v14, v[14])
	VPBROADCASTD(k.vector.Offset(4*7), v[15])

	for r := range sigma {
		Commentf("Round %d.", r)
		for half := range 2 {
			g := mixes[4*half : 4*half+4]
			add := func(a, b int) {
				for _, x := range g {
					VPADDD(v[x[b]], v[x[a]], v[x[a]])
				}
			}
			word := func(second int) {
				for i, x := range g {
					VPADDD(w[sigma[r][8*half+2*i+second]], v[x[0]], v[x[0]])
				}
			}
			xorRotate := func(a, b int, n uint64) {
				for _, x := range g {
					VPXORD(v[x[b]], v[x[a]], v[x[a]])
				}
				for _, x := range g {
					VPRORD(U8(n), v[x[a]], v[x[a]])
				}
			}
			word(0)
			add(0, 1)
			xorRotate(3, 0, 16)
			add(2, 3)
			xorRotate(1, 2, 12)
			word(1)
			add(0, 1)
			xorRotate(3, 0, 8)
			add(2, 3)
			xorRotate(1, 2, 7)
		}
	}

	for i := range 8 {
		// Exclusive or of three operands.
		VPTERNLOGD(U8(0x96), Mem{Base: h, Disp: plane * i}, v[8+i], v[i])
		VMOVDQU32(v[i], Mem{Base: h, Disp: plane * i})
	}
	ADDQ(U32(chainBytes), h)
	ADDQ(U8(plane), offset)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// startWords returns words 12 to 14 of the state that a compression starts from.
func startWords() (v12, v13, v14 reg.GPVirtual) {
	v12, v13, v14 = GP32(), GP32(), GP32()
	Load(Param("countLo"), v12)
	Load(Param("countHi"), v13)
	Load(Param("final"), v14)
	XORL(U32(iv[4]), v12)
	XORL(U32(iv[5]), v13)
	XORL(U32(iv[6]), v14)
	return v12, v13, v14
}

// unpack4 transposes 4x4 words in each 128 bits of four registers: afterwards out[j]
// holds word j of rows[0], ..., rows[3].
func (avx512) unpack4(rows, out []reg.VecPhysical) {
	// rows and out are different registers; rows are overwritten.
	VPUNPCKLDQ(rows[1], rows[0], out[0])
	VPUNPCKHDQ(rows[1], rows[0], out[2])
	VPUNPCKLDQ(rows[3], rows[2], rows[0])
	VPUNPCKHDQ(rows[3], rows[2], rows[1])
	VPUNPCKHQDQ(rows[0], out[0], out[1])
	VPUNPCKLQDQ(rows[0], out[0], out[0])
	VPUNPCKHQDQ(rows[1], out[2], out[3])
	VPUNPCKLQDQ(rows[1], out[2], out[2])
}

func (k avx512) pairs() {
	beginPairs("AVX512")
	m := Load(Param("m"), GP64())
	children := Load(Param("children"), GP64())

	rows, t := zmm[:16], zmm[16:]
	for i := range rows {
		left := Mem{Base: children, Disp: 2 * i * digestBytes}
		VMOVDQU32(left, rows[i].(reg.VecPhysical).AsY())
		VINSERTI64X4(U8(1), left.Offset(digestBytes), rows[i], rows[i])
	}
	// In 128 bits number q of t[4*a+j]: word 4*q+j of rows 4*a to 4*a+3.
	for a := range 4 {
		k.unpack4(rows[4*a:4*a+4], t[4*a:4*a+4])
	}
	for j := range 4 {
		even01, odd01, even23, odd23 := rows[0], rows[1], rows[2], rows[3]
		VSHUFI32X4(U8(0x88), t[4+j], t[j], even01)
		VSHUFI32X4(U8(0xdd), t[4+j], t[j], odd01)
		VSHUFI32X4(U8(0x88), t[12+j], t[8+j], even23)
		VSHUFI32X4(U8(0xdd), t[12+j], t[8+j], odd23)
		for q, s := range []struct {
			imm  uint64
			a, b reg.VecPhysical
		}{{0x88, even01, even23}, {0x88, odd01, odd23}, {0xdd, even01, even23}, {0xdd, odd01, odd23}} {
			VSHUFI32X4(U8(s.imm), s.b, s.a, rows[4+q])
			VMOVDQU32(rows[4+q], Mem{Base: m, Disp: plane * (4*q + j)})
		}
	}
	VZEROUPPER()
	RET()
}

func (k avx512) digests() {
	beginDigests("AVX512")
	out := Load(Param("out"), GP64())
	h := Load(Param("h"), GP64())

	words, t := zmm[:8], zmm[16:24]
	for i := range words {
		VMOVDQU32(Mem{Base: h, Disp: plane * i}, words[i])
	}
	// In 128 bits number q of t[4*a+j]: words 4*a to 4*a+3 of lane 4*q+j.
	k.unpack4(words[:4], t[:4])
	k.unpack4(words[4:], t[4:])
	zero := GP32()
	XORL(zero, zero)
	for q := range 4 {
		for j := range 4 {
			digest := Mem{Base: out, Disp: digestBytes * (4*q + j)}
			VEXTRACTI32X4(U8(q), t[j], digest)
			VEXTRACTI32X4(U8(q), t[4+j], digest.Offset(16))
			MOVL(zero, digest.Offset(32))
		}
	}
	VZEROUPPER()
	RET()
}
