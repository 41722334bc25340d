package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/orrery/orrery/abi"
	rvengine "github.com/orrery/orrery/rv/engine"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
)

// runCmd runs a program.
type runCmd struct {
	Program       fileName `arg:"" placeholder:"PROGRAM.elf" help:"Guest program, or - for stdin."`
	Input         fileName `placeholder:"FILE" help:"Input of the guest, or - for stdin; empty unless told."`
	Gas           gasUnits `default:"1099511627776" placeholder:"N" help:"Gas limit; 2^40 unless told."`
	Memory        byteSize `default:"256MiB" placeholder:"SIZE" help:"Heap and stack, a multiple of 64KiB; 256MiB unless told. Part of the program id."`
	Engine        engine   `placeholder:"NAME" help:"interpreter or recompiler; the recompiler where it works unless told."`
	ProfileOut    notBuilt `placeholder:"FILE" help:"Profile of the guest (not built yet)."`
	ExpectSuccess bool     `help:"Exit with status 3 unless the guest halts with code 0."`
}

// Run runs the program and reports how it ended.
func (c *runCmd) Run(s *session) error {
	if err := oneStdin(argument{"PROGRAM", c.Program}, argument{"--input", c.Input}); err != nil {
		return err
	}
	program, err := s.loadProgram("PROGRAM", c.Program, c.Memory)
	if err != nil {
		return err
	}
	input, err := s.readInput(c.Input)
	if err != nil {
		return err
	}
	id, err := s.programID(program)
	if err != nil {
		return err
	}
	digest, err := s.inputDigest(input)
	if err != nil {
		return err
	}
	m, used, err := rvengine.New(string(c.Engine), program, input, exec.Options{GasLimit: uint64(c.Gas)})
	if errors.Is(err, jit.ErrUnsupported) {
		return usagef("--engine: %w", err)
	}
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	defer m.Close()
	p := s.newProgress([]string{"execute"})
	p.Phase("execute")
	start := time.Now()
	_, err = m.RunTo(s.ctx, math.MaxUint64)
	seconds := time.Since(start).Seconds()
	p.close(err)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	result := m.Result()
	exit := abiExit(result.Exit)
	r := s.report
	r.ProgramID, r.InputDigest = id.String(), digestHex(digest)
	r.Exit = newExitReport(exit)
	r.GasUsed, r.GasLimit, r.Cycles = new(result.Cycles), new(uint64(c.Gas)), new(result.Cycles)
	r.Output = new(hex.EncodeToString(result.Output))
	r.MisalignedAccesses = new(result.MisalignedAccesses)
	r.Engine = used
	r.ExecuteSeconds = new(seconds)
	r.CyclesPerSecond = new(perSecond(result.Cycles, seconds))
	r.host(s)
	s.text = r.human(&exit, result.Output)
	if c.ExpectSuccess {
		return expectSuccess(exit)
	}
	return nil
}

// abiExit is an exit status of the machine as claims have it.
func abiExit(e exec.Exit) abi.Exit {
	return abi.Exit{Kind: abi.ExitKind(e.Kind), Code: e.Code, Cause: e.Cause, PC: e.PC, Value: e.Value}
}
