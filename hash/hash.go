// Package hash holds the two hash functions of the proof system behind one interface:
// Blake2s-256 (RFC 7693), for proofs that are checked directly, and Poseidon2 over M31
// (Grassi, Khovratovich, Schofnegger, 2023/323) of width 24, for memory trees and for
// proofs that are to be verified inside a proof.
//
// A digest has 8 words of 32 bits (Blake2s) or 9 field elements (Poseidon2: 279 bits, so
// that collisions cost 2^139). The three inputs that a Merkle tree hashes (a leaf's row,
// a pair of nodes, a pair of nodes with a row) are separated from each other and from
// everything else by domain, and the length of a row is bound.
package hash

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/field"
)

// ID names a hash function in profiles, keys and proofs.
type ID uint8

// The hash functions.
const (
	Blake2s   ID = 1
	Poseidon2 ID = 2
)

// Words of a digest, and the most that any hash has.
const (
	Blake2sWords   = 8
	Poseidon2Words = 9
	MaxWords       = 9
)

var (
	// ErrUnknown is returned for a number or a name that isn't one of the hashes.
	ErrUnknown = errors.New("hash: unknown hash function")
	// ErrDigestSize is returned for an encoded digest of the wrong length.
	ErrDigestSize = errors.New("hash: encoded digest has the wrong length")
	// ErrNonCanonical is returned for a digest with a word that its hash cannot give:
	// a field element not below p, or an unused word that isn't zero.
	ErrNonCanonical = errors.New("hash: digest is not canonical")
)

// Digest is the output of either hash. Blake2s uses words 0 to 7, the little-endian
// words of its 32 bytes, and leaves word 8 zero; Poseidon2 fills it with canonical
// field elements.
type Digest [MaxWords]uint32

// Hasher hashes what Merkle trees are made of. Rows hold canonical field elements and
// digests come from the same Hasher. Hashers have no state: they may be shared.
type Hasher interface {
	// ID names the hash.
	ID() ID
	// DigestWords is the number of words of a Digest in use, 8 or 9.
	DigestWords() int
	// Leaf hashes the row of a leaf.
	Leaf(row []field.M31) Digest
	// Node hashes two children.
	Node(l, r Digest) Digest
	// NodeRow hashes two children together with a row injected at their parent. It
	// differs from Node even for an empty row.
	NodeRow(l, r Digest, row []field.M31) Digest
}

// New returns the hash function named by id.
func New(id ID) (Hasher, error) {
	switch id {
	case Blake2s:
		return blake2sHasher{}, nil
	case Poseidon2:
		return poseidon2Hasher{}, nil
	}
	return nil, fmt.Errorf("%w: %d", ErrUnknown, uint8(id))
}

// Parse returns the ID with the given name, as written by String.
func Parse(name string) (ID, error) {
	for _, id := range []ID{Blake2s, Poseidon2} {
		if name == id.String() {
			return id, nil
		}
	}
	return 0, fmt.Errorf("%w: %q", ErrUnknown, name)
}

// String returns "blake2s" or "poseidon2".
func (id ID) String() string {
	switch id {
	case Blake2s:
		return "blake2s"
	case Poseidon2:
		return "poseidon2"
	}
	return fmt.Sprintf("hash(%d)", uint8(id))
}

// Valid reports whether id names a hash function.
func (id ID) Valid() bool {
	return id == Blake2s || id == Poseidon2
}

// DigestWords is the number of words of a digest in use: 8, 9, or 0 for an unknown hash.
func (id ID) DigestWords() int {
	switch id {
	case Blake2s:
		return Blake2sWords
	case Poseidon2:
		return Poseidon2Words
	}
	return 0
}

// DigestBytes is the length of an encoded digest: 32 or 36 bytes.
func (id ID) DigestBytes() int {
	return 4 * id.DigestWords()
}
