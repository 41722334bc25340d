package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Version is that of the directory's layout and of what Params fix.
const Version = 1

// Params are what a work directory is bound to: everything on which its files depend.
// Digests are in hexadecimal. Sizes are in bytes.
type Params struct {
	Version       int    `json:"version"`
	Proof         int    `json:"proof_version"`
	Program       string `json:"program_id"`
	Input         string `json:"input_digest"`
	GasLimit      uint64 `json:"gas_limit"`
	MemoryLimit   uint64 `json:"memory_limit"`
	Profile       string `json:"profile"`
	Hash          string `json:"hash"`
	SegmentCycles uint64 `json:"segment_cycles"`
	MaxMemory     uint64 `json:"max_memory"`
}

// DifferenceError says that a directory holds work of another kind.
type DifferenceError struct {
	Name       string // of the first value that differs, as in run.json
	Have, Want string // in the directory, and asked for
}

func (e *DifferenceError) Error() string {
	return fmt.Sprintf("journal: the work directory is for another run: %s is %s there, not %s", e.Name, e.Have, e.Want)
}

// difference names the first value in which two runs differ, nil if they are the same.
// Program and input come after what their digests include, since that tells more.
func difference(have, want *Params) error {
	for _, x := range []struct {
		name       string
		have, want any
	}{
		{"version", have.Version, want.Version},
		{"proof_version", have.Proof, want.Proof},
		{"memory_limit", have.MemoryLimit, want.MemoryLimit},
		{"program_id", have.Program, want.Program},
		{"input_digest", have.Input, want.Input},
		{"gas_limit", have.GasLimit, want.GasLimit},
		{"profile", have.Profile, want.Profile},
		{"hash", have.Hash, want.Hash},
		{"segment_cycles", have.SegmentCycles, want.SegmentCycles},
		{"max_memory", have.MaxMemory, want.MaxMemory},
	} {
		if x.have != x.want {
			return &DifferenceError{x.name, fmt.Sprint(x.have), fmt.Sprint(x.want)}
		}
	}
	return nil
}

// encode gives the content of run.json.
func (p *Params) encode() ([]byte, error) {
	b, err := json.MarshalIndent(p, "", "  ")
	return append(b, '\n'), err
}

// parseParams reads run.json. The error is ErrDamaged.
func parseParams(b []byte) (*Params, error) {
	// A later version may have further values: its number is what the error should name.
	var v struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if v.Version == nil {
		return nil, fmt.Errorf("%w: no version", ErrDamaged)
	}
	if *v.Version != Version {
		return &Params{Version: *v.Version}, nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	p := new(Params)
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one object", ErrDamaged)
	}
	return p, nil
}
