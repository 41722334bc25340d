package main

import (
	"fmt"

	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// inspectCmd shows a proof.
type inspectCmd struct {
	Proof fileName `arg:"" placeholder:"PROOF" help:"Proof, or - for stdin."`
}

// parameterReport is what the proof's layout was given for parameters.
type parameterReport struct {
	BlowUp         int   `json:"blow_up"`
	Queries        int   `json:"queries"`
	BatchGrindBits int   `json:"batch_grind_bits"`
	QueryGrindBits int   `json:"query_grind_bits"`
	FoldingFactors []int `json:"folding_factors"`
	LastLayer      int   `json:"last_layer_coefficients"`
	CapNodes       int   `json:"cap_nodes"`
	Multiplicity   int   `json:"multiplicity"`
}

// tableReport is a table of a proof, with columns over the base field. The composition has
// one too. Preprocessed columns belong to the key and aren't among the cells.
type tableReport struct {
	Chip         string  `json:"chip"`
	LogHeight    int     `json:"log_height"`
	Rows         uint64  `json:"rows"`
	Main         int     `json:"main_columns"`
	Interaction  int     `json:"interaction_columns"`
	Preprocessed int     `json:"preprocessed_columns"`
	Cells        uint64  `json:"cells"`
	Share        float64 `json:"share"`
}

// partReport says how many bytes of a proof are of one kind.
type partReport struct {
	Part   string  `json:"part"`
	Detail string  `json:"detail,omitempty"`
	Bytes  int     `json:"bytes"`
	Share  float64 `json:"share"`
}

// Run decodes the proof and shows it.
func (c *inspectCmd) Run(s *session) error {
	encoded, err := s.readFile("PROOF", c.Proof, maxProof)
	if err != nil {
		return err
	}
	p, err := proof.Decode(encoded)
	if err != nil {
		return err
	}
	claim, err := p.Claim()
	if err != nil {
		return err
	}
	key, err := keyOf(encoded)
	if err != nil {
		return err
	}
	layout, err := verifier.NewLayout(key.Machine, p.Instances)
	if err != nil {
		return err
	}
	params, rounds, err := key.Parameters(layout)
	if err != nil {
		return err
	}
	r := s.report
	r.claim(&claim)
	r.Segments, r.ProofBytes = new(1), new(len(encoded))
	r.Profile, r.Hash = key.Profile.String(), key.Hash.String()
	r.Security = newSecurityReport(rounds)
	r.CellsPerCycle = perCycle(prover.Cells(layout), claim.GasUsed)
	r.Parameters = newParameterReport(params)
	r.Tables = tables(layout)
	r.Parts = parts(p)

	s.text = append(r.human(&claim.Exit, claim.Output), "\nThe proof has not been verified: what it claims may be false.\n"...)
	for _, section := range [][]byte{r.roundsText(), r.Parameters.text(), tablesText(r.Tables), partsText(r.Parts)} {
		s.text = append(append(s.text, '\n'), section...)
	}
	return nil
}

func newParameterReport(p soundness.Params) *parameterReport {
	r := &parameterReport{
		BlowUp: 1 << p.LogBlowup, Queries: p.Queries, BatchGrindBits: p.BatchGrind, QueryGrindBits: p.QueryGrind,
		FoldingFactors: []int{}, LastLayer: 1 << p.LogLast, CapNodes: 1 << p.CapLog, Multiplicity: p.M,
	}
	for _, k := range p.FoldLogs {
		r.FoldingFactors = append(r.FoldingFactors, 1<<k)
	}
	return r
}

// tables lists the tables of a layout, the composition last.
func tables(l *verifier.Layout) []tableReport {
	total := float64(prover.Cells(l))
	var list []tableReport
	add := func(name string, log, main, inter, pre, cells int) {
		t := tableReport{
			Chip: name, LogHeight: log, Rows: 1 << log,
			Main: main, Interaction: inter, Preprocessed: pre, Cells: uint64(cells) << log,
		}
		t.Share = float64(t.Cells) / total
		list = append(list, t)
	}
	for _, t := range l.Tables {
		a := t.AIR
		add(a.Name, t.LogHeight, len(a.Main), a.Cells()-len(a.Main), len(a.Preprocessed), a.Cells())
	}
	add("composition", l.LogHeight, verifier.CompositionWidth, 0, 0, verifier.CompositionWidth)
	return list
}

// Names of the parts of a proof.
const (
	partRows      = "opened rows"
	partNodes     = "tree nodes"
	partCaps      = "caps"
	partValues    = "out-of-domain values"
	partSums      = "LogUp sums"
	partFRI       = "low-degree test"
	partOutput    = "output"
	partStatement = "statement and frame"
)

// partNames lists the parts in the order in which they are shown.
var partNames = []string{partRows, partNodes, partCaps, partFRI, partValues, partSums, partOutput, partStatement}

// treeNames are the names of a proof's trees of columns.
var treeNames = [proof.Trees]string{"preprocessed", "main", "interaction", "composition"}

// parts measures the parts of a proof: each is as large as its removal makes the encoding
// smaller. They add up to the whole.
func parts(p *proof.Proof) []partReport {
	rest := *p
	rest.FRI.Layers = append(rest.FRI.Layers[:0:0], rest.FRI.Layers...)
	whole := len(rest.Encode())
	size := whole
	var list []partReport
	add := func(part, detail string, bytes int) {
		if bytes > 0 {
			list = append(list, partReport{part, detail, bytes, float64(bytes) / float64(whole)})
		}
	}
	removed := func(part, detail string) {
		now := len(rest.Encode())
		add(part, detail, size-now)
		size = now
	}
	for t := range rest.Openings {
		rest.Openings[t].Rows = nil
		removed(partRows, treeNames[t])
	}
	for t := range rest.Openings {
		rest.Openings[t].Nodes = nil
		removed(partNodes, treeNames[t])
	}
	for t := range rest.Caps {
		rest.Caps[t] = nil
		removed(partCaps, treeNames[t])
	}
	for i := range rest.FRI.Layers {
		rest.FRI.Layers[i].Rows = nil
		removed(partFRI, fmt.Sprintf("rows of layer %d", i))
		rest.FRI.Layers[i].Proof.Nodes = nil
		removed(partFRI, fmt.Sprintf("nodes of layer %d", i))
	}
	rest.FRI.Caps = nil
	removed(partFRI, "caps")
	rest.FRI.Last = nil
	removed(partFRI, "last layer")
	rest.Values = nil
	removed(partValues, "")
	rest.Sums = nil
	removed(partSums, "")
	rest.Output.Blocks = nil
	removed(partOutput, "bytes")
	rest.Output.Frontier = nil
	removed(partOutput, "digests beside it")
	add(partStatement, "", size)
	return list
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

func (r *report) roundsText() []byte {
	t := newTable()
	t.row("round", "provable bits")
	for _, x := range r.Security.Rounds {
		t.row(x.Name, fmt.Sprintf("%.2f", x.Bits))
	}
	return t.bytes()
}

func (p *parameterReport) text() []byte {
	t := newTable()
	t.row("parameter", "value")
	t.row("blow-up", p.BlowUp)
	t.row("queries", p.Queries)
	t.row("grinding before batching", fmt.Sprintf("%d bits", p.BatchGrindBits))
	t.row("grinding before queries", fmt.Sprintf("%d bits", p.QueryGrindBits))
	t.row("folding factors", fmt.Sprint(p.FoldingFactors))
	t.row("last layer", fmt.Sprintf("%d coefficients", p.LastLayer))
	t.row("nodes of a cap, at most", p.CapNodes)
	t.row("multiplicity of the count", p.Multiplicity)
	return t.bytes()
}

func tablesText(list []tableReport) []byte {
	t := newTable()
	t.row("table", "rows", "main", "interaction", "preprocessed", "cells", "share")
	for _, x := range list {
		t.row(x.Chip, fmt.Sprintf("2^%d", x.LogHeight), x.Main, x.Interaction, x.Preprocessed, x.Cells, percent(x.Share))
	}
	return t.bytes()
}

func partsText(list []partReport) []byte {
	t := newTable()
	t.row("part of the proof", "", "bytes", "share")
	for _, x := range list {
		t.row(x.Part, x.Detail, x.Bytes, percent(x.Share))
	}
	return t.bytes()
}
