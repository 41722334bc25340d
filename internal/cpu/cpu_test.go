package cpu

import (
	"errors"
	"testing"
)

func TestNames(t *testing.T) {
	for _, k := range All() {
		if got, err := Parse(k.String()); got != k || err != nil {
			t.Errorf("Parse(%s) = %v, %v", k, got, err)
		}
	}
	if _, err := Parse("mmx"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Parse(mmx): %v", err)
	}
	if got := Kernels(9).String(); got != "Kernels(9)" {
		t.Error(got)
	}
	if Kernels(9).Available() {
		t.Error("an implementation that does not exist is available")
	}
}

func TestChoose(t *testing.T) {
	if k, err := choose(""); err != nil || k != best(AVX512) {
		t.Errorf("by default: %v, %v", k, err)
	}
	if k, err := choose("mmx"); !errors.Is(err, ErrUnknown) || k != best(AVX512) {
		t.Errorf("mmx: %v, %v", k, err)
	}
	for _, want := range All() {
		k, err := choose(want.String())
		switch {
		case want.Available() && (k != want || err != nil):
			t.Errorf("%v: %v, %v", want, k, err)
		case !want.Available() && (k >= want || !errors.Is(err, ErrUnavailable)):
			t.Errorf("%v, which is not available: %v, %v", want, k, err)
		}
	}
}

func TestSelect(t *testing.T) {
	before := Current()
	defer current.Store(uint32(before))
	for _, k := range All() {
		err := Select(k.String())
		if k.Available() != (err == nil) || err == nil && (Current() != k || Selected() != k.String()) {
			t.Errorf("Select(%v): %v, in use %s", k, err, Selected())
		}
	}
	last := Current()
	if err := Select("mmx"); !errors.Is(err, ErrUnknown) || Current() != last {
		t.Errorf("Select(mmx): %v, in use %s", err, Selected())
	}
}
