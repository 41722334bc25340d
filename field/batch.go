package field

// BatchInverse sets dst[i] = 1/src[i] by Montgomery's trick: one inversion and three
// multiplications an element. Zeros become zeros and disturb no other element; the
// result is the index of the first zero, or -1 if there is none. dst must be as long as
// src, and be src itself or not overlap it.
func BatchInverse(dst, src []E) int {
	if sameStart(dst, src) {
		src = append([]E(nil), src...)
	}
	dst = dst[:len(src)]
	zero := -1
	acc := One()
	for i, x := range src {
		dst[i] = acc
		if x.IsZero() {
			if zero < 0 {
				zero = i
			}
			continue
		}
		acc = acc.Mul(x)
	}
	acc = acc.Inv()
	for i := len(src) - 1; i >= 0; i-- {
		x := src[i]
		if x.IsZero() {
			dst[i] = E{}
			continue
		}
		dst[i] = dst[i].Mul(acc)
		acc = acc.Mul(x)
	}
	return zero
}

// BatchInverseM31 is BatchInverse over M31.
func BatchInverseM31(dst, src []M31) int {
	if sameStart(dst, src) {
		src = append([]M31(nil), src...)
	}
	dst = dst[:len(src)]
	zero := -1
	acc := M31(1)
	for i, x := range src {
		dst[i] = acc
		if x == 0 {
			if zero < 0 {
				zero = i
			}
			continue
		}
		acc = acc.Mul(x)
	}
	acc = acc.Inv()
	for i := len(src) - 1; i >= 0; i-- {
		x := src[i]
		if x == 0 {
			dst[i] = 0
			continue
		}
		dst[i] = dst[i].Mul(acc)
		acc = acc.Mul(x)
	}
	return zero
}

func sameStart[T any](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && &a[0] == &b[0]
}
