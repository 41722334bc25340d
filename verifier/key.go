package verifier

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

// Key is what a verifier knows before it sees a proof. It depends on the version of the
// machine, the profile and the hash, and on no program. It is immutable.
type Key struct {
	Profile      soundness.Profile
	Hash         hash.ID
	Machine      *rv32im.Machine
	Preprocessed []hash.Digest // cap of the preprocessed tree: its root
	digest       hash.Digest
}

// ErrKey marks a profile and hash for which there is no key.
var ErrKey = errors.New("verifier: no such key")

// keyDomain is the personalisation of the key's digest.
var keyDomain = hash.Personal([]byte("OrryKey\x00"))

// NewKey gives the key for a profile and a hash.
func NewKey(profile soundness.Profile, id hash.ID) (*Key, error) {
	root, ok := preprocessedRoot(profile, id)
	if !ok {
		return nil, fmt.Errorf("%w: profile %v, hash %v", ErrKey, profile, id)
	}
	m, err := rv32im.New()
	if err != nil {
		return nil, fmt.Errorf("verifier: %w", err)
	}
	return MakeKey(profile, id, m, root), nil
}

// MakeKey puts a key together. Verifiers take NewKey; this is for those who recompute the
// root of the preprocessed tree.
func MakeKey(profile soundness.Profile, id hash.ID, m *rv32im.Machine, root hash.Digest) *Key {
	k := &Key{Profile: profile, Hash: id, Machine: m, Preprocessed: []hash.Digest{root}}
	k.digest = k.computeDigest()
	return k
}

// Digest binds everything that the key holds: version, profile, hash, the root of the
// preprocessed tree, and every chip's columns, constraints and messages.
func (k *Key) Digest() hash.Digest { return k.digest }

// Encode is the canonical encoding of what the key holds, whose hash its digest is
// (docs/protocol.md, section 12). With it a verifier can be written in another language.
func (k *Key) Encode() []byte {
	var b []byte
	k.encode(func(piece []byte) { b = append(b, piece...) })
	return b
}

// encode gives the encoding piece by piece.
func (k *Key) encode(write func(piece []byte)) {
	var b []byte
	u32 := func(v uint32) { b = binary.LittleEndian.AppendUint32(b, v) }
	u32(proof.Version)
	u32(k.Profile.ID())
	u32(uint32(k.Hash))
	b = k.Preprocessed[0].Append(b, k.Hash)
	u32(uint32(len(k.Machine.AIRs)))
	for i, a := range k.Machine.AIRs {
		e := a.Encode()
		u32(uint32(int32(k.Machine.FixedLogHeight(i))))
		u32(uint32(len(e)))
		write(b)
		write(e)
		b = b[:0]
	}
	write(b)
}

func (k *Key) computeDigest() hash.Digest {
	s := hash.NewBlake2s(keyDomain)
	k.encode(func(piece []byte) { s.Write(piece) })
	return s.Sum()
}
