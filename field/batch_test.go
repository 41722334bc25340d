package field

import (
	"testing"

	"pgregory.net/rapid"
)

func TestBatchInverse(t *testing.T) {
	if BatchInverse(nil, nil) != -1 || BatchInverseM31(nil, nil) != -1 {
		t.Fatal("empty")
	}
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SliceOfN(rapid.OneOf(genE(), rapid.Just(E{})), 1, 40).Draw(t, "src")
		base := make([]M31, len(src))
		want, wantBase := -1, -1
		for i, x := range src {
			base[i] = x.C0.A
			if want < 0 && x.IsZero() {
				want = i
			}
			if wantBase < 0 && base[i] == 0 {
				wantBase = i
			}
		}
		dst, dstBase := make([]E, len(src)), make([]M31, len(src))
		if got := BatchInverse(dst, src); got != want {
			t.Fatalf("first zero at %d, want %d", got, want)
		}
		if got := BatchInverseM31(dstBase, base); got != wantBase {
			t.Fatalf("first zero at %d, want %d", got, wantBase)
		}
		inPlace, inPlaceBase := append([]E(nil), src...), append([]M31(nil), base...)
		BatchInverse(inPlace, inPlace)
		BatchInverseM31(inPlaceBase, inPlaceBase)
		for i, x := range src {
			if dst[i] != x.Inv() || inPlace[i] != dst[i] {
				t.Fatalf("E: element %d", i)
			}
			if dstBase[i] != base[i].Inv() || inPlaceBase[i] != dstBase[i] {
				t.Fatalf("M31: element %d", i)
			}
		}
	})
}
