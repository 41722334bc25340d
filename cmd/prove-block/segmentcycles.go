package main

import (
	"fmt"
	"strconv"

	"github.com/orrery/orrery/prover"
)

// segmentCycles is the most cycles that a segment has; 0 stands for the prover's choice.
type segmentCycles uint64

// UnmarshalText reads a decimal number from 1 to what a segment can have.
func (c *segmentCycles) UnmarshalText(b []byte) error {
	v, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || v < 1 || v > prover.MaxSegmentCycles {
		return fmt.Errorf("%q is no decimal number from 1 to %d", b, prover.MaxSegmentCycles)
	}
	*c = segmentCycles(v)
	return nil
}
