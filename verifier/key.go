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

func (k *Key) computeDigest() hash.Digest {
	s := hash.NewBlake2s(keyDomain)
	s.WriteWord(proof.Version)
	s.WriteWord(k.Profile.ID())
	s.WriteWord(uint32(k.Hash))
	s.Write(k.Preprocessed[0].Append(nil, k.Hash))
	s.WriteWord(uint32(len(k.Machine.AIRs)))
	for i, a := range k.Machine.AIRs {
		e := a.Encode()
		s.WriteWord(uint32(int32(k.Machine.FixedLogHeight(i))))
		var n [4]byte
		binary.LittleEndian.PutUint32(n[:], uint32(len(e)))
		s.Write(n[:])
		s.Write(e)
	}
	return s.Sum()
}
