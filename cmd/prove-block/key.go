package main

import (
	"encoding/hex"
	"io"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/verifier"
)

// keyCmd prints a verifying key. It is the same for all programs.
type keyCmd struct {
	Profile string   `enum:"fast,balanced,compact" default:"fast" placeholder:"NAME" help:"fast, balanced or compact."`
	Hash    string   `enum:"blake2s,poseidon2" default:"blake2s" placeholder:"NAME" help:"blake2s or poseidon2."`
	Out     fileName `placeholder:"FILE" help:"File for the key's encoding, the constraints of all chips among it (docs/protocol.md, sections 8 and 12), or - for stdout."`
}

// Run prints the digest, with --quiet too.
func (c *keyCmd) Run(s *session) error {
	profile, id, err := parseKind(c.Profile, c.Hash)
	if err != nil {
		return err
	}
	if err := s.takeOutput("--out", c.Out); err != nil {
		return err
	}
	key, err := verifier.NewKey(profile, id)
	if err != nil {
		return err
	}
	digest := hex.EncodeToString(key.Digest().Append(nil, hash.Blake2s))
	s.report.Profile, s.report.Hash, s.report.KeyDigest = c.Profile, c.Hash, digest
	if c.Out != "" {
		err := s.writeOutput("--out", c.Out, func(w io.Writer) error {
			_, err := w.Write(key.Encode())
			return err
		})
		if err != nil {
			return err
		}
	}
	if c.Out != dash {
		s.text = []byte(digest + "\n")
		s.always = true
	}
	return nil
}
