package hash

import "math/bits"

// blake2sIV is the initial vector of BLAKE2s, that of SHA-256 (RFC 7693, section 2.6).
var blake2sIV = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// blake2sG is the mixing function G (RFC 7693, section 3.1).
func blake2sG(a, b, c, d, x, y uint32) (uint32, uint32, uint32, uint32) {
	a += b + x
	d = bits.RotateLeft32(d^a, -16)
	c += d
	b = bits.RotateLeft32(b^c, -12)
	a += b + y
	d = bits.RotateLeft32(d^a, -8)
	c += d
	b = bits.RotateLeft32(b^c, -7)
	return a, b, c, d
}

// Blake2sCompress is the compression function F (RFC 7693, section 3.2). It replaces the
// chaining value h by that after the block m of sixteen little-endian words; t counts the
// bytes of the message up to and with this block; last marks the last block.
//
// The ten rounds stand unrolled, each line with the two words that the schedule SIGMA
// (section 2.7) gives to it, so that no index is looked up.
func Blake2sCompress(h *[8]uint32, m *[16]uint32, t uint64, last bool) {
	v0, v1, v2, v3, v4, v5, v6, v7 := h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]
	v8, v9, v10, v11 := blake2sIV[0], blake2sIV[1], blake2sIV[2], blake2sIV[3]
	v12, v13, v14, v15 := blake2sIV[4], blake2sIV[5], blake2sIV[6], blake2sIV[7]
	v12 ^= uint32(t)
	v13 ^= uint32(t >> 32)
	if last {
		v14 = ^v14
	}

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[0], m[1])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[2], m[3])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[4], m[5])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[6], m[7])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[8], m[9])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[10], m[11])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[12], m[13])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[14], m[15])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[14], m[10])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[4], m[8])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[9], m[15])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[13], m[6])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[1], m[12])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[0], m[2])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[11], m[7])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[5], m[3])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[11], m[8])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[12], m[0])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[5], m[2])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[15], m[13])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[10], m[14])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[3], m[6])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[7], m[1])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[9], m[4])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[7], m[9])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[3], m[1])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[13], m[12])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[11], m[14])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[2], m[6])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[5], m[10])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[4], m[0])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[15], m[8])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[9], m[0])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[5], m[7])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[2], m[4])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[10], m[15])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[14], m[1])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[11], m[12])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[6], m[8])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[3], m[13])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[2], m[12])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[6], m[10])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[0], m[11])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[8], m[3])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[4], m[13])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[7], m[5])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[15], m[14])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[1], m[9])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[12], m[5])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[1], m[15])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[14], m[13])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[4], m[10])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[0], m[7])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[6], m[3])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[9], m[2])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[8], m[11])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[13], m[11])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[7], m[14])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[12], m[1])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[3], m[9])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[5], m[0])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[15], m[4])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[8], m[6])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[2], m[10])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[6], m[15])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[14], m[9])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[11], m[3])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[0], m[8])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[12], m[2])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[13], m[7])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[1], m[4])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[10], m[5])

	v0, v4, v8, v12 = blake2sG(v0, v4, v8, v12, m[10], m[2])
	v1, v5, v9, v13 = blake2sG(v1, v5, v9, v13, m[8], m[4])
	v2, v6, v10, v14 = blake2sG(v2, v6, v10, v14, m[7], m[6])
	v3, v7, v11, v15 = blake2sG(v3, v7, v11, v15, m[1], m[5])
	v0, v5, v10, v15 = blake2sG(v0, v5, v10, v15, m[15], m[11])
	v1, v6, v11, v12 = blake2sG(v1, v6, v11, v12, m[9], m[14])
	v2, v7, v8, v13 = blake2sG(v2, v7, v8, v13, m[3], m[12])
	v3, v4, v9, v14 = blake2sG(v3, v4, v9, v14, m[13], m[0])

	h[0] ^= v0 ^ v8
	h[1] ^= v1 ^ v9
	h[2] ^= v2 ^ v10
	h[3] ^= v3 ^ v11
	h[4] ^= v4 ^ v12
	h[5] ^= v5 ^ v13
	h[6] ^= v6 ^ v14
	h[7] ^= v7 ^ v15
}
