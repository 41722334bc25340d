//go:build !linux || !amd64 || purego

package jit

import (
	"context"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Supported reports whether the recompiler works here.
func Supported() bool { return false }

// Code is a translated program.
type Code struct{}

// Compile translates a program.
func Compile(*rv.Program, Options) (*Code, error) { return nil, ErrUnsupported }

// Stats says what the translation took.
func (*Code) Stats() Stats { return Stats{} }

// Close frees the translation once no machine uses it.
func (*Code) Close() error { return ErrUnsupported }

// New prepares a run of the program.
func (*Code) New([]byte, exec.Options) (*Machine, error) { return nil, ErrUnsupported }

// Machine is one run of a translated program.
type Machine struct{}

// RunTo is as in exec.Engine.
func (*Machine) RunTo(context.Context, uint64) (bool, error) { return false, ErrUnsupported }

// Cycles is as in exec.Engine.
func (*Machine) Cycles() uint64 { return 0 }

// PC is as in exec.Engine.
func (*Machine) PC() uint32 { return 0 }

// Register is as in exec.Engine.
func (*Machine) Register(uint8) uint32 { return 0 }

// Word is as in exec.Engine.
func (*Machine) Word(uint32) uint32 { return 0 }

// Result is as in exec.Engine.
func (*Machine) Result() exec.Result { return exec.Result{} }

// TouchedPages is as in exec.Engine.
func (*Machine) TouchedPages() []uint32 { return nil }

// Close frees the machine's memory.
func (*Machine) Close() error { return ErrUnsupported }
