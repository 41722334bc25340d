package prover

import (
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/trace"
)

// wholeRun describes a run of one segment.
func wholeRun(program *rv.Program, t *trace.Tables, gas, used uint64) *proof.Run {
	return &proof.Run{
		Header: program.Header, Image: t.Image, InputDigest: t.InputDigest,
		GasLimit: gas, GasUsed: used, Exit: t.Exit, Output: t.Output, Segments: 1,
	}
}

// witness joins the tables of a run of one segment with the statement that they prove.
func witness(run *proof.Run, t *trace.Tables) (*Witness, error) {
	at, err := run.First()
	if err != nil {
		return nil, err
	}
	w := &Witness{Statement: at.Statement()}
	s := &w.Statement
	s.Cycles, s.Opened = run.GasUsed, t.Opened
	for _, table := range t.List {
		s.Instances = append(s.Instances, table.Instance)
		w.Main = append(w.Main, table.Main)
	}
	return w, nil
}
