package rv32im

import (
	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/field"
)

// MaxIntervals bounds the number of intervals of equal permissions that a program header
// cuts the address space into.
const MaxIntervals = 16

// Positions in the vector of public values that the chips see. All of them come from the
// program header, which the program id binds.
const (
	PublicCodeStart = 0 // first word index (address/4) of the code
	PublicCodeEnd   = 1 // first word index after it
	// PublicStart + i is the first 64 KiB page of interval i; PublicStart + MaxIntervals
	// is 2^16. Intervals that a program doesn't use are empty: they start at 2^16.
	PublicStart = 2
	// PublicRead + i is 1 if interval i can be read, PublicWrite + i if it can be written.
	PublicRead  = PublicStart + MaxIntervals + 1
	PublicWrite = PublicRead + MaxIntervals
	NumPublics  = PublicWrite + MaxIntervals
)

// Publics is the vector of public values that the chips see: what the program header says
// about code and regions.
func Publics(h *abi.Header) []field.M31 {
	v := make([]field.M31, NumPublics)
	v[PublicCodeStart] = field.M31(h.CodeStart / 4)
	v[PublicCodeEnd] = field.M31(h.CodeEnd / 4)
	for i := range MaxIntervals + 1 {
		v[PublicStart+i] = abi.NumPages
	}
	for i, r := range h.Regions {
		v[PublicStart+i] = field.M31(r.Start)
		if r.Kind.Readable() {
			v[PublicRead+i] = 1
		}
		if r.Kind.Writable() {
			v[PublicWrite+i] = 1
		}
	}
	return v
}
