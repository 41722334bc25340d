package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 has a word of eight lanes in a register. Fifteen registers hold the state, but for
// word 8, which lies on the stack with the message; the last is for intermediate values.
type avx2 struct{ vector, rotate16, rotate8 Mem }

const (
	halfPlane = plane / 2
	inMemory  = 8 // the word of the state without a register
)

var ymm = [16]reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

func (k avx2) compress() {
	beginCompress("AVX2")
	h := Load(Param("h"), GP64())
	groups := Load(Param("groups"), GP64())
	m := Load(Param("m"), GP64())
	v12, v13, v14 := startWords()

	// The message and word 8, aligned so that no access meets two cache lines.
	local := AllocLocal(17*halfPlane + halfPlane)
	frame := GP64()
	LEAQ(local.Offset(halfPlane-1), frame)
	ANDQ(I8(-halfPlane), frame)
	word := func(i int) Mem { return Mem{Base: frame, Disp: halfPlane * i} }
	v8 := word(16)

	offset := GP64()
	XORQ(offset, offset)

	v := ymm
	tmp := v[inMemory]
	Label("group")
	for i := range 16 {
		column := GP64()
		MOVQ(Mem{Base: m, Disp: sliceBytes * i}, column)
		at := Mem{Base: column, Index: offset, Scale: 1}
		VMOVDQU(at, v[i])
		PREFETCHT0(at.Offset(ahead))
		VMOVDQA(v[i], word(i))
	}
	VPBROADCASTD(k.vector, tmp)
	VMOVDQA(tmp, v8)
	for i := range 8 {
		VMOVDQU(Mem{Base: h, Disp: plane * i}, v[i])
	}
	for i := range 3 {
		VPBROADCASTD(k.vector.Offset(4*(i+1)), v[9+i])
	}
	for i, start := range []reg.GPVirtual{v12, v13, v14} {
		VMOVD(start, v[12+i].(reg.VecPhysical).AsX())
		VPBROADCASTD(v[12+i].(reg.VecPhysical).AsX(), v[12+i])
	}
	VPBROADCASTD(k.vector.Offset(4*7), v[15])

	for r := range sigma {
		Commentf("Round %d.", r)
		for half := range 2 {
			g := mixes[4*half : 4*half+4]
			k.halfMix(v, v8, g, func(i int) Mem { return word(sigma[r][8*half+2*i]) }, k.rotate16, 12)
			k.halfMix(v, v8, g, func(i int) Mem { return word(sigma[r][8*half+2*i+1]) }, k.rotate8, 7)
		}
	}

	for i := range 8 {
		second := Op(v[8+i])
		if 8+i == inMemory {
			second = v8
		}
		VPXOR(second, v[i], v[i])
		VPXOR(Mem{Base: h, Disp: plane * i}, v[i], v[i])
		VMOVDQU(v[i], Mem{Base: h, Disp: plane * i})
	}
	// The other half of the lanes, or the next group.
	ADDQ(U8(halfPlane), h)
	ADDQ(U8(halfPlane), offset)
	TESTQ(U32(halfPlane), offset)
	JNZ(LabelRef("group"))
	ADDQ(U32(chainBytes-plane), h)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// halfMix is half of the mixing function, for four of them at a time.
func (k avx2) halfMix(v [16]reg.VecPhysical, v8 Mem, g [][4]int, word func(i int) Mem, rotateD Mem, rotateB uint64) {
	tmp := v[inMemory]
	for i, x := range g {
		VPADDD(word(i), v[x[0]], v[x[0]])
	}
	for _, x := range g {
		VPADDD(v[x[1]], v[x[0]], v[x[0]])
	}
	for _, x := range g {
		VPXOR(v[x[0]], v[x[3]], v[x[3]])
	}
	for _, x := range g {
		VPSHUFB(rotateD, v[x[3]], v[x[3]])
	}
	for _, x := range g {
		if x[2] == inMemory {
			VPADDD(v8, v[x[3]], tmp)
			VMOVDQA(tmp, v8)
			VPXOR(tmp, v[x[1]], v[x[1]])
			continue
		}
		VPADDD(v[x[3]], v[x[2]], v[x[2]])
		VPXOR(v[x[2]], v[x[1]], v[x[1]])
	}
	for _, x := range g {
		b := v[x[1]]
		VPSLLD(U8(32-rotateB), b, tmp)
		VPSRLD(U8(rotateB), b, b)
		VPOR(tmp, b, b)
	}
}

// transpose transposes 8x8 words: on return out[i] holds word i of each of the rows.
func (avx2) transpose(rows, out []reg.VecPhysical) {
	for a := 0; a < 8; a += 4 {
		r, t := rows[a:a+4], out[a:a+4]
		VPUNPCKLDQ(r[1], r[0], t[0])
		VPUNPCKHDQ(r[1], r[0], t[2])
		VPUNPCKLDQ(r[3], r[2], t[1])
		VPUNPCKHDQ(r[3], r[2], t[3])
		VPUNPCKLQDQ(t[1], t[0], r[0])
		VPUNPCKHQDQ(t[1], t[0], r[1])
		VPUNPCKLQDQ(t[3], t[2], r[2])
		VPUNPCKHQDQ(t[3], t[2], r[3])
	}
	for j := range 4 {
		VPERM2I128(U8(0x20), rows[4+j], rows[j], out[j])
		VPERM2I128(U8(0x31), rows[4+j], rows[j], out[4+j])
	}
}

func (k avx2) pairs() {
	beginPairs("AVX2")
	m := Load(Param("m"), GP64())
	children := Load(Param("children"), GP64())
	for half := range 2 {
		for side := range 2 {
			rows, words := ymm[:8], ymm[8:]
			for i := range rows {
				VMOVDQU(Mem{Base: children, Disp: (2*(8*half+i) + side) * digestBytes}, rows[i])
			}
			k.transpose(rows, words)
			for i := range words {
				VMOVDQU(words[i], Mem{Base: m, Disp: plane*(8*side+i) + halfPlane*half})
			}
		}
	}
	VZEROUPPER()
	RET()
}

func (k avx2) digests() {
	beginDigests("AVX2")
	out := Load(Param("out"), GP64())
	h := Load(Param("h"), GP64())
	zero := GP32()
	XORL(zero, zero)
	for half := range 2 {
		words, rows := ymm[:8], ymm[8:]
		for i := range words {
			VMOVDQU(Mem{Base: h, Disp: plane*i + halfPlane*half}, words[i])
		}
		k.transpose(words, rows)
		for i := range rows {
			digest := Mem{Base: out, Disp: digestBytes * (8*half + i)}
			VMOVDQU(rows[i], digest)
			MOVL(zero, digest.Offset(32))
		}
	}
	VZEROUPPER()
	RET()
}
