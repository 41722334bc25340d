package vec

import "github.com/orrery/orrery/field"

// lanes is the number of independent chains of products in BatchInverse, which hide the
// latency of a multiplication.
const lanes = 8

// BatchInverse sets dst = 1/src by Montgomery's trick. Zeros become zeros and disturb no
// other element; the result is the index of the first zero, or -1 if there is none.
func BatchInverse(dst, src []field.M31) int {
	src = src[:len(dst)]
	var buf [block]field.M31
	zero := -1
	for lo := 0; lo < len(dst); lo += block {
		hi := min(lo+block, len(dst))
		if z := batchInverse(dst[lo:hi], src[lo:hi], buf[:hi-lo]); z >= 0 && zero < 0 {
			zero = lo + z
		}
	}
	return zero
}

// batchInverse is BatchInverse for slices as long as prefix, which it overwrites.
func batchInverse(dst, src, prefix []field.M31) int {
	n := vectorBatchInverse(dst, src, prefix)
	zero := portableBatchInverse(dst[n:], src[n:], prefix[n:])
	if zero >= 0 {
		zero += n
	}
	return zero
}

func portableBatchInverse(dst, src, prefix []field.M31) int {
	zero := -1
	acc := [lanes]field.M31{1, 1, 1, 1, 1, 1, 1, 1}
	i := 0
	for ; i+lanes <= len(src); i += lanes {
		s, p := (*[lanes]field.M31)(src[i:]), (*[lanes]field.M31)(prefix[i:])
		for j := range lanes {
			x := s[j]
			if x == 0 {
				if zero < 0 {
					zero = i + j
				}
				x = 1
			}
			p[j] = acc[j]
			acc[j] = acc[j].Mul(x)
		}
	}
	full := i
	for ; i < len(src); i++ {
		dst[i] = src[i].Inv()
		if dst[i] == 0 && zero < 0 {
			zero = i
		}
	}
	field.BatchInverseM31(acc[:], acc[:])
	for i = full - lanes; i >= 0; i -= lanes {
		s, p := (*[lanes]field.M31)(src[i:]), (*[lanes]field.M31)(prefix[i:])
		d := (*[lanes]field.M31)(dst[i:])
		for j := range lanes {
			x := s[j]
			if x == 0 {
				d[j] = 0
				continue
			}
			d[j] = p[j].Mul(acc[j])
			acc[j] = acc[j].Mul(x)
		}
	}
	return zero
}

// BatchInverseE is BatchInverse over E. It inverts the norms to M31, which costs less than
// chains of products in E.
func BatchInverseE(dst, src Planes) int {
	n := len(dst[0])
	zero := -1
	var norms, buf [block]field.M31
	for lo := 0; lo < n; lo += block {
		hi := min(lo+block, n)
		d, s, inv := Slice(dst, lo, hi), Slice(src, lo, hi), norms[:hi-lo]
		portableAdjugate(&d, inv, &s, vectorAdjugate(&d, inv, &s))
		if z := batchInverse(inv, inv, buf[:hi-lo]); z >= 0 && zero < 0 {
			zero = lo + z
		}
		MulBaseE(d, d, inv)
	}
	return zero
}

// portableAdjugate sets norm to the norms of src to M31 and dst to norm/src, or 0 for 0.
// It begins at element from.
func portableAdjugate(dst *Planes, norm []field.M31, src *Planes, from int) {
	if from == len(norm) {
		return
	}
	var x tile
	for lo := from; lo < len(norm); lo += tileLen {
		hi := min(lo+tileLen, len(norm))
		x.load(src, lo, hi)
		for i := range hi - lo {
			t, n := x.at(i).Adjugate()
			// x t = n, and n times its conjugate is in M31.
			x.set(i, t.MulCM31(n.Conj()))
			norm[lo+i] = n.Norm()
		}
		x.store(dst, lo, hi)
	}
}
