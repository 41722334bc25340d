// Command blake2s generates the kernels of package hash/lanes that compress 16 messages
// of BLAKE2s at once: for AVX-512 all together, for AVX2 in two halves.
//
// Words of messages lie in planes, word by word, the sixteen lanes of a word side by
// side; so a column of a table is a plane already.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// sigma is the message schedule (RFC 7693, section 2.7).
var sigma = [10][16]int{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}

// mixes are the words of the state that the eight mixing functions of a round work on:
// columns, then diagonals (RFC 7693, section 3.2).
var mixes = [8][4]int{
	{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15},
	{0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14},
}

// iv is the initial vector of BLAKE2s (RFC 7693, section 2.6).
var iv = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

const (
	lanes       = 16
	plane       = 4 * lanes // bytes of one word of all lanes
	chainBytes  = 8 * plane
	digestBytes = 36 // nine words, of which BLAKE2s uses eight
	sliceBytes  = 24 // a slice's header, which its pointer opens
)

// ahead is how far before their use columns are fetched, in bytes.
const ahead = 512

func main() {
	ConstraintExpr("amd64,!purego")

	vector := GLOBL("blake2sVector", RODATA|NOPTR)
	for i, w := range iv {
		DATA(4*i, U32(w))
	}
	for _, k := range kernels(vector) {
		k.compress()
		k.pairs()
		k.digests()
	}
	Generate()
}

// kernelSet generates the kernels for one instruction set.
type kernelSet interface {
	compress()
	pairs()
	digests()
}

func kernels(vector Mem) []kernelSet {
	rot16 := byteRotation("blake2sRotate16", 2)
	rot8 := byteRotation("blake2sRotate8", 1)
	return []kernelSet{avx512{vector}, avx2{vector, rot16, rot8}}
}

// byteRotation is a table for VPSHUFB that rotates words to the right by n bytes.
func byteRotation(name string, n int) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 32 {
		DATA(i, U8(i&^3%16+(i+n)%4))
	}
	return m
}

// The declarations that follow are those of package hash/lanes, with element types that
// need no import.

func beginCompress(suffix string) {
	TEXT("blake2sCompress"+suffix, NOSPLIT,
		"func(h *[8][16]uint32, groups int, m *[16][]uint32, countLo uint32, countHi uint32, final uint32)")
}

func beginPairs(suffix string) {
	TEXT("blake2sPairs"+suffix, NOSPLIT, "func(m *[16][16]uint32, children *[32][9]uint32)")
}

func beginDigests(suffix string) {
	TEXT("blake2sDigests"+suffix, NOSPLIT, "func(out *[16][9]uint32, h *[8][16]uint32)")
}
