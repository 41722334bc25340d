package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// inspectCmd shows a proof.
type inspectCmd struct {
	Proof   fileName `arg:"" placeholder:"PROOF" help:"Proof, or - for stdin."`
	Segment int      `default:"1" placeholder:"N" help:"Segment whose parameters and tables are shown, counted from 1; the first unless told."`
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

// segmentReport is a segment of a proof.
type segmentReport struct {
	Cycles uint64  `json:"cycles"`
	Cells  uint64  `json:"cells"`
	Bytes  int     `json:"bytes"`
	Bits   float64 `json:"security_bits"`
}

// Run decodes the proof and shows it.
func (c *inspectCmd) Run(s *session) error {
	encoded, err := s.readFile("PROOF", c.Proof, maxProof)
	if err != nil {
		return err
	}
	in := bytes.NewReader(encoded)
	head, err := proof.ReadHead(in)
	if err != nil {
		return err
	}
	claim, err := head.Run.Claim()
	if err != nil {
		return err
	}
	key, err := keyOf(encoded)
	if err != nil {
		return err
	}
	if c.Segment < 1 || uint64(c.Segment) > uint64(head.Run.Segments) {
		return usagef("--segment %d: the proof has %d segments", c.Segment, head.Run.Segments)
	}
	r := s.report
	r.claim(&claim)
	r.Segments, r.ProofBytes = new(int(head.Run.Segments)), new(len(encoded))
	r.Profile, r.Hash = key.Profile.String(), key.Hash.String()
	m := newMeasure(head)
	var cells uint64
	var least soundness.Rounds
	err = walk(in, head, func(x *proof.Segment, size int) error {
		layout, err := verifier.NewLayout(key.Machine, x.Instances)
		if err != nil {
			return err
		}
		params, rounds, err := key.Parameters(layout)
		if err != nil {
			return err
		}
		if least == nil || rounds.Bits() < least.Bits() {
			least = rounds
		}
		cells += layout.Cells()
		m.segment(x)
		r.SegmentList = append(r.SegmentList, segmentReport{x.Cycles, layout.Cells(), size, rounds.Bits()})
		if int64(x.Index)+1 == int64(c.Segment) {
			r.Parameters = newParameterReport(params)
			r.Tables = tables(layout)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.Security = newSecurityReport(least)
	r.CellsPerCycle = perCycle(cells, claim.GasUsed)
	r.Parts = m.parts()

	s.text = append(r.human(&claim.Exit, claim.Output), "\nThe proof has not been verified: what it claims may be false.\n"...)
	sections := [][]byte{r.roundsText()}
	if len(r.SegmentList) > 1 {
		sections = append(sections, segmentsText(r.SegmentList))
	}
	for _, section := range append(sections, r.Parameters.text(), tablesText(r.Tables), partsText(r.Parts)) {
		s.text = append(append(s.text, '\n'), section...)
	}
	return nil
}

// walk calls f for each segment behind a head, with the size of its encoding.
func walk(r io.Reader, head *proof.Head, f func(x *proof.Segment, size int) error) error {
	at, err := head.Run.First()
	if err != nil {
		return err
	}
	for at.Index < at.Segments {
		b, err := proof.NextSegment(r)
		if err != nil {
			return err
		}
		x, err := proof.ParseSegment(b, head.Hash, &at)
		if err != nil {
			return err
		}
		if err := f(x, len(b)); err != nil {
			return fmt.Errorf("segment %d: %w", at.Index+1, err)
		}
		at = at.Next(x.After)
	}
	return proof.End(r)
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
	total := float64(l.Cells())
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
		add(a.Name, t.LogHeight, a.Width(), a.Cells()-a.Width(), len(a.Preprocessed), a.Cells())
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

// partsOf measures the parts of a proof.
func partsOf(encoded []byte) ([]partReport, error) {
	in := bytes.NewReader(encoded)
	head, err := proof.ReadHead(in)
	if err != nil {
		return nil, err
	}
	m := newMeasure(head)
	err = walk(in, head, func(x *proof.Segment, _ int) error {
		m.segment(x)
		return nil
	})
	return m.parts(), err
}

// measure adds up the parts of a proof: each is as large as its removal makes the encoding
// smaller. They add up to the whole.
type measure struct {
	id    hash.ID
	whole int
	list  []partReport // without shares
}

// newMeasure measures the head of a proof.
func newMeasure(h *proof.Head) *measure {
	m := &measure{id: h.Hash}
	rest := *h
	c := m.cut(func() int { return len(rest.Append(nil)) })
	rest.Run.Output.Blocks = nil
	c.removed(partOutput, "bytes")
	rest.Run.Output.Frontier = nil
	c.removed(partOutput, "digests beside it")
	c.rest()
	return m
}

// segment measures a segment, which it leaves as it is.
func (m *measure) segment(x *proof.Segment) {
	rest := *x
	rest.FRI.Layers = slices.Clone(x.FRI.Layers)
	c := m.cut(func() int { return len(proof.AppendSegment(nil, rest.Append(nil, m.id))) })
	for t := range rest.Openings {
		rest.Openings[t].Rows = nil
		c.removed(partRows, treeNames[t])
	}
	for t := range rest.Openings {
		rest.Openings[t].Nodes = nil
		c.removed(partNodes, treeNames[t])
	}
	for t := range rest.Caps {
		rest.Caps[t] = nil
		c.removed(partCaps, treeNames[t])
	}
	for i := range rest.FRI.Layers {
		rest.FRI.Layers[i].Rows = nil
		c.removed(partFRI, fmt.Sprintf("rows of layer %d", i))
		rest.FRI.Layers[i].Proof.Nodes = nil
		c.removed(partFRI, fmt.Sprintf("nodes of layer %d", i))
	}
	rest.FRI.Caps = nil
	c.removed(partFRI, "caps")
	rest.FRI.Last = nil
	c.removed(partFRI, "last layer")
	rest.Values = nil
	c.removed(partValues, "")
	rest.Sums = nil
	c.removed(partSums, "")
	c.rest()
}

// cutting takes something apart whose size is measured anew after each cut.
type cutting struct {
	m    *measure
	size int
	now  func() int
}

func (m *measure) cut(size func() int) *cutting {
	c := &cutting{m: m, now: size, size: size()}
	m.whole += c.size
	return c
}

// removed counts what was removed since the last time.
func (c *cutting) removed(part, detail string) {
	now := c.now()
	c.m.add(part, detail, c.size-now)
	c.size = now
}

// rest counts what is left.
func (c *cutting) rest() { c.m.add(partStatement, "", c.size) }

func (m *measure) add(part, detail string, bytes int) {
	for i := range m.list {
		if x := &m.list[i]; x.Part == part && x.Detail == detail {
			x.Bytes += bytes
			return
		}
	}
	m.list = append(m.list, partReport{Part: part, Detail: detail, Bytes: bytes})
}

// parts lists what there is, in the order of partNames.
func (m *measure) parts() []partReport {
	var list []partReport
	for _, name := range partNames {
		for _, x := range m.list {
			if x.Part == name && x.Bytes > 0 {
				x.Share = float64(x.Bytes) / float64(m.whole)
				list = append(list, x)
			}
		}
	}
	return list
}

func segmentsText(list []segmentReport) []byte {
	t := newTable()
	t.row("segment", "cycles", "cells", "bytes", "provable bits")
	for i, x := range list {
		t.row(i+1, x.Cycles, x.Cells, x.Bytes, fmt.Sprintf("%.2f", x.Bits))
	}
	return t.bytes()
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
