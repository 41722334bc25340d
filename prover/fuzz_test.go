package prover

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/orrery/orrery/verifier"
)

// mutate changes a proof as a list of edits says, each of six bytes: a place (u32, modulo
// the length), what to do, and a value. A list that is cut short ends early.
func mutate(b, edits []byte) []byte {
	b = slices.Clone(b)
	for len(edits) >= 6 && len(b) > 0 {
		at := int(binary.LittleEndian.Uint32(edits) % uint32(len(b)))
		what, v := edits[4], edits[5]
		edits = edits[6:]
		switch what % 6 {
		case 0:
			b[at] ^= v
		case 1:
			b[at] += v
		case 2:
			b[at] = v
		case 3:
			b = b[:at]
		case 4: // a run of bytes is left out
			b = slices.Delete(b, at, min(at+int(v), len(b)))
		default: // a run of bytes stands twice
			b = slices.Insert(b, at, slices.Clone(b[at:min(at+int(v), len(b))])...)
		}
	}
	return b
}

// edit is one edit for mutate.
func edit(at uint32, what, v byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, at), what, v)
}

// FuzzVerify changes an honest proof: the verifier doesn't panic and accepts the honest
// proof only. Seeds are lists of edits, not proofs.
func FuzzVerify(f *testing.F) {
	h := honestProof(f)
	f.Add([]byte{})
	for _, at := range []uint32{0, 8, 12, 13, 14, 40, 100, 300, 1000, 2000, 50_000, 500_000, 1_000_000} {
		for what := range byte(6) {
			f.Add(edit(at, what, 1<<(at%8)))
		}
	}
	f.Add(slices.Concat(edit(1000, 0, 1), edit(1000, 0, 1)))
	f.Fuzz(func(t *testing.T, edits []byte) {
		b := mutate(h.encoded, edits)
		claim, err := verifier.Verify(h.key, b, verifier.Policy{})
		if bytes.Equal(b, h.encoded) {
			if err != nil || !reflect.DeepEqual(claim, h.claim) {
				t.Fatalf("the honest proof: %+v, %v", claim, err)
			}
			return
		}
		var e *verifier.Error
		if !errors.As(err, &e) {
			t.Fatalf("a changed proof: %v", err)
		}
	})
}
