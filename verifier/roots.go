package verifier

import (
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/soundness"
)

// rootKey names a key.
type rootKey struct {
	profile soundness.Profile
	hash    hash.ID
}

// preprocessedRoot gives the root of the preprocessed tree.
func preprocessedRoot(profile soundness.Profile, id hash.ID) (hash.Digest, bool) {
	d, ok := preprocessedRoots[rootKey{profile, id}]
	return d, ok
}
