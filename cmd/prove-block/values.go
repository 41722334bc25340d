package main

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/orrery/orrery/internal/cpu"
	rvengine "github.com/orrery/orrery/rv/engine"
)

// errNotBuilt is the usage error of an option that exists on paper only.
var errNotBuilt = errors.New("isn't built yet")

// notBuilt is an option that isn't built yet, whatever its value.
type notBuilt string

// Decode refuses the option; package kong adds its name.
func (*notBuilt) Decode(*kong.DecodeContext) error { return errNotBuilt }

// choice checks a value against those that are built and those that will be.
func choice(value string, built, planned []string) error {
	switch {
	case slices.Contains(built, value):
		return nil
	case slices.Contains(planned, value):
		return fmt.Errorf("%s %w", value, errNotBuilt)
	}
	return fmt.Errorf("%q is none of %s", value, strings.Join(append(slices.Clone(built), planned...), ", "))
}

// fileName is the name of a file or directory. An empty one is refused, since it is most likely
// a shell variable that isn't set, and reading nothing instead would be no help.
type fileName string

// UnmarshalText refuses the empty name.
func (f *fileName) UnmarshalText(b []byte) error {
	*f = fileName(b)
	if len(b) == 0 {
		return errors.New("empty file name")
	}
	return nil
}

// engine is the name of an execution engine; empty means the fastest that works here.
type engine string

// UnmarshalText takes the engines that there are.
func (e *engine) UnmarshalText(b []byte) error {
	*e = engine(b)
	return choice(string(b), []string{rvengine.Interpreter, rvengine.Recompiler}, nil)
}

// kernels is the name of an implementation of the vector kernels; empty means what package
// cpu has chosen: what the environment names, or the best.
type kernels string

// UnmarshalText takes the names that there are.
func (k *kernels) UnmarshalText(b []byte) error {
	*k = kernels(b)
	_, err := cpu.Parse(string(b))
	return err
}

// use puts the kernels in use. The function that it returns undoes that.
func (k kernels) use() (restore func(), err error) {
	if k == "" {
		if err := cpu.Err(); err != nil {
			return nil, &statusError{statusUsage, err}
		}
		return func() {}, nil
	}
	before := cpu.Selected()
	if err := cpu.Select(string(k)); err != nil {
		return nil, usagef("--kernels: %w", err)
	}
	return func() { cpu.Select(before) }, nil // it ran before, so it can run
}

// gasUnits is a gas limit.
type gasUnits uint64

// UnmarshalText reads a decimal number below 2^64.
func (g *gasUnits) UnmarshalText(b []byte) error {
	v, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no decimal number from 0 to %d", b, uint64(math.MaxUint64))
	}
	*g = gasUnits(v)
	return nil
}

// securityBits is a number of bits of security.
type securityBits float64

// UnmarshalText reads a positive number.
func (s *securityBits) UnmarshalText(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%q is no positive number of bits", b)
	}
	*s = securityBits(v)
	return nil
}

// byteSize is a number of bytes.
type byteSize uint64

// UnmarshalText reads a size as parseSize does.
func (s *byteSize) UnmarshalText(b []byte) error {
	v, err := parseSize(string(b))
	*s = byteSize(v)
	return err
}

// sizeUnits are the units of sizes with their binary logarithms.
var sizeUnits = map[string]uint{
	"": 0, "b": 0, "k": 10, "kib": 10, "m": 20, "mib": 20, "g": 30, "gib": 30, "t": 40, "tib": 40,
}

// parseSize reads a whole number of bytes with an optional binary unit, such as 65536, 256MiB
// or 1G. Decimal units (kB, MB) are refused, because people mean different things by them.
func parseSize(text string) (uint64, error) {
	digits := strings.TrimRight(text, "bBiIkKmMgGtT")
	unit, ok := sizeUnits[strings.ToLower(text[len(digits):])]
	v, err := strconv.ParseUint(digits, 10, 64)
	if !ok || errors.Is(err, strconv.ErrSyntax) {
		return 0, fmt.Errorf("%q is no size such as 65536, 64KiB, 256M or 1GiB", text)
	}
	if err != nil || bits.Len64(v)+int(unit) > 64 {
		return 0, fmt.Errorf("%q is 2^64 bytes or more", text)
	}
	return v << unit, nil
}
