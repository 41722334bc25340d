package verifier

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

// testHeader is that of a program of four instructions at 0x10000.
func testHeader() abi.Header {
	return abi.Header{
		ABIVersion: abi.ABIVersion, Entry: abi.ProgramStart + 4,
		CodeStart: abi.ProgramStart, CodeEnd: abi.ProgramStart + 16, MemoryLimit: abi.PageSize,
		Regions: abi.Regions{
			{Start: 0, Kind: abi.KindNone},
			{Start: 1, Kind: abi.KindCode},
			{Start: 2, Kind: abi.KindReadWrite},
			{Start: 3, Kind: abi.KindNone},
			{Start: abi.InputStart >> abi.PageBits, Kind: abi.KindInput},
			{Start: abi.OutputStart >> abi.PageBits, Kind: abi.KindOutput},
			{Start: abi.OutputEnd >> abi.PageBits, Kind: abi.KindNone},
		},
	}
}

// testRun is a run which put out nothing.
func testRun() *proof.Run {
	return &proof.Run{
		Header: testHeader(), Image: hash.Digest{1, 2, 3}, InputDigest: hash.Digest{4, 5, 6},
		GasLimit: 100, GasUsed: 10, Exit: abi.Exit{Kind: abi.Halt, Code: 42}, Segments: 1,
		Output: memtree.OpenOutput(
			func(uint32) [memtree.BlockWords]uint32 { return [memtree.BlockWords]uint32{} },
			func(level int, _ uint32) hash.Digest { return memtree.Zero(level) }),
	}
}

// statementOf is the statement of the first segment of a run.
func statementOf(r *proof.Run) *proof.Statement {
	at, err := r.First()
	if err != nil {
		panic(err)
	}
	s := at.Statement()
	s.Cycles, s.Opened = 10, 0b1001
	return &s
}

// testStatement is that of a whole run.
func testStatement() *proof.Statement { return statementOf(testRun()) }

// middleStatement is that of a segment before the last, which changes heap and registers.
func middleStatement() *proof.Statement {
	r := testRun()
	r.Segments = 2
	s := statementOf(r)
	s.After.PC = s.Header.CodeStart + 8
	s.After.Quarters[0], s.After.Quarters[3] = hash.Digest{7, 8}, hash.Digest{9, 10}
	return s
}

func TestCheckGas(t *testing.T) {
	halt, gone := abi.Exit{Kind: abi.Halt}, abi.Exit{Kind: abi.OutOfGas}
	trap := func(cause uint32) abi.Exit { return abi.Exit{Kind: abi.Trap, Cause: cause} }
	for _, c := range []struct {
		limit, used uint64
		exit        abi.Exit
		ok          bool
	}{
		{10, 10, halt, true}, {10, 9, halt, true}, {10, 11, halt, false}, {0, 0, halt, true},
		{10, 10, gone, true}, {10, 9, gone, false}, {10, 11, gone, false}, {0, 0, gone, true}, {11, 10, gone, false},
		{10, 9, trap(0), true}, {10, 10, trap(0), false}, {10, 11, trap(0), false},
		{10, 10, trap(1), true}, {10, 10, trap(2), true}, {10, 11, trap(1), false}, {10, 11, trap(2), false},
		{10, 10, trap(3), false}, {10, 10, trap(5), false}, {10, 10, trap(7), false}, {10, 10, trap(8), false},
		{0, 0, trap(1), true}, {0, 0, trap(2), true}, {0, 0, trap(8), false},
		{math.MaxUint64, math.MaxUint64 - 1, halt, true}, {math.MaxUint64, math.MaxUint64, gone, true},
		{math.MaxUint64 - 1, math.MaxUint64, halt, false}, {math.MaxUint64, math.MaxUint64, trap(5), false},
	} {
		if err := CheckGas(c.limit, c.used, c.exit); (err == nil) != c.ok {
			t.Errorf("limit %d, used %d, %v: %v", c.limit, c.used, c.exit, err)
		}
	}
}

// An exit status has one form, and the message says all of it.
func TestExitMessage(t *testing.T) {
	h := testHeader()
	in, out := h.CodeStart+8, h.CodeEnd
	for _, c := range []struct {
		exit abi.Exit
		ok   bool
	}{
		{abi.Exit{Kind: abi.Halt}, true},
		{abi.Exit{Kind: abi.Halt, Code: math.MaxUint32}, true},
		{abi.Exit{Kind: abi.Halt, Cause: 1}, false},
		{abi.Exit{Kind: abi.Halt, PC: in}, false},
		{abi.Exit{Kind: abi.Halt, Value: 1}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: in}, true},
		{abi.Exit{Kind: abi.OutOfGas, PC: in + 2}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: out}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: h.CodeStart - 4}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: in, Code: 1}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: in, Cause: 1}, false},
		{abi.Exit{Kind: abi.OutOfGas, PC: in, Value: 1}, false},
		{abi.Exit{Kind: 3, PC: in}, false},
		{abi.Exit{Kind: 255}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 0, PC: in, Value: 6}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 0, PC: in, Value: math.MaxUint32 - 1}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 0, PC: in, Value: 4}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 0, PC: in, Value: 5}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 0, PC: out, Value: 6}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: out, Value: out}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: 0, Value: 0}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: math.MaxUint32 - 3, Value: math.MaxUint32 - 3}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: out, Value: out + 4}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: out + 2, Value: out + 2}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 1, PC: in, Value: in}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 2, PC: in, Value: math.MaxUint32}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 2, PC: in, Value: 7, Code: 1}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 3, PC: in, Value: in}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 3, PC: in}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 4, PC: in}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 5, PC: in, Value: 1}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 5, PC: out, Value: 1}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 6, PC: in}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 7, PC: in, Value: 0x10000}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 8, PC: in}, true},
		{abi.Exit{Kind: abi.Trap, Cause: 8, PC: in, Value: 1}, false},
		{abi.Exit{Kind: abi.Trap, Cause: 9, PC: in}, false},
		{abi.Exit{Kind: abi.Trap, Cause: math.MaxUint32, PC: in}, false},
	} {
		if _, err := exitMessage(&h, 10, c.exit); (err == nil) != c.ok {
			t.Errorf("%v %+v: %v", c.exit, c.exit, err)
		}
	}
}

// TestAttack20ExitIsTold: two different ends of a run never put the same message on the
// buses, so none can be claimed in place of the other.
func TestAttack20ExitIsTold(t *testing.T) {
	h := testHeader()
	var exits []abi.Exit
	values := []uint32{0, 1, 2, 4, 6, 0xffff, 0x10000, 0x10004, 0x10008, 0x10010, 0x7fffffff, 0x80000000, math.MaxUint32 - 3, math.MaxUint32}
	for _, v := range values {
		exits = append(exits, abi.Exit{Kind: abi.Halt, Code: v}, abi.Exit{Kind: abi.OutOfGas, PC: v})
		for _, pc := range values {
			for cause := range uint32(10) {
				exits = append(exits, abi.Exit{Kind: abi.Trap, Cause: cause, PC: pc, Value: v})
			}
		}
	}
	seen := map[string]string{}
	for _, e := range exits {
		for used := range uint64(3) {
			m, err := exitMessage(&h, used, e)
			if err != nil {
				continue
			}
			what := fmt.Sprintf("%+v after %d", e, used)
			key := fmt.Sprint(m.Bus.ID, m.Tuple)
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s have one message", what, other)
			}
			seen[key] = what
			if !m.Take || len(m.Tuple) != m.Bus.Arity {
				t.Errorf("%s: message %+v", what, m)
			}
		}
	}
	if len(seen) < 300 {
		t.Errorf("only %d ends", len(seen))
	}
}

// nodeTuple is the message for a quarter.
func nodeTuple(quarter, drop uint32, before, after hash.Digest) []field.M31 {
	tuple := []field.M31{memtree.QuarterLevel, field.M31(quarter), field.M31(drop)}
	for _, d := range []hash.Digest{before, after} {
		for _, w := range d {
			tuple = append(tuple, field.M31(w))
		}
	}
	return tuple
}

// checkMessages compares what a statement says with what it should.
func checkMessages(t *testing.T, what string, s *proof.Statement, want []Public) {
	t.Helper()
	list, err := PublicMessages(s)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if len(list) != len(want) || len(list) > maxPublics {
		t.Errorf("%s: %d messages", what, len(list))
		return
	}
	for i, m := range list {
		if w := want[i]; m.Bus != w.Bus || m.Take != w.Take || !slices.Equal(m.Tuple, w.Tuple) {
			t.Errorf("%s: message %d is %+v, not %+v", what, i, m, w)
		}
	}
}

func TestPublicMessages(t *testing.T) {
	zero := memtree.Zero(memtree.QuarterLevel)
	// A whole run: registers start as zeros, and of what it leaves only the output is wanted.
	s := testStatement()
	start := Public{rv32im.State, false, []field.M31{field.M31(s.Header.Entry / 4), 1}}
	end := Public{rv32im.End, true, []field.M31{rv32im.EndHalt, 0, 0, 42, 0, 11}}
	image := Public{rv32im.Node, false, nodeTuple(0, 1, hash.Digest{1, 2, 3}, hash.Digest{1, 2, 3})}
	input := Public{rv32im.Node, false, nodeTuple(1, 1, hash.Digest{4, 5, 6}, hash.Digest{4, 5, 6})}
	registers := Public{rv32im.Node, false, nodeTuple(3, 1, zero, zero)}
	checkMessages(t, "a whole run", s, []Public{start, end, image, registers})
	s.Opened = 0
	checkMessages(t, "nothing opened", s, []Public{start, end})
	// An output, whose quarter must be opened.
	r := testRun()
	r.Output = memtree.OpenOutput(
		func(uint32) [memtree.BlockWords]uint32 { return [memtree.BlockWords]uint32{0, 7} },
		func(level int, _ uint32) hash.Digest { return memtree.Zero(level) })
	_, root, err := r.Output.Root()
	if err != nil {
		t.Fatal(err)
	}
	s = statementOf(r)
	if _, err := PublicMessages(s); err == nil {
		t.Error("an output appears in a quarter that isn't opened")
	}
	s.Opened = 0b1111
	checkMessages(t, "an output", s, []Public{start, end, image, input, {rv32im.Node, false, nodeTuple(2, 0, zero, root)}, registers})

	// A segment with others behind it: all that it leaves is wanted.
	s = middleStatement()
	s.Opened = 0b1111
	checkMessages(t, "a segment before the last", s, []Public{
		start, {rv32im.State, true, []field.M31{field.M31(s.Header.CodeStart/4 + 2), 11}},
		{rv32im.Node, false, nodeTuple(0, 0, hash.Digest{1, 2, 3}, hash.Digest{7, 8})},
		{rv32im.Node, false, nodeTuple(1, 0, hash.Digest{4, 5, 6}, hash.Digest{4, 5, 6})},
		{rv32im.Node, false, nodeTuple(2, 0, zero, zero)},
		{rv32im.Node, false, nodeTuple(3, 0, zero, hash.Digest{9, 10})},
	})
	// The last one begins where the one before ended, and may have nothing left to do.
	r = testRun()
	r.Segments = 2
	r.Exit = abi.Exit{Kind: abi.Trap, Cause: abi.CauseFetch, PC: 0x2000, Value: 0x2000}
	at, err := r.First()
	if err != nil {
		t.Fatal(err)
	}
	at = at.Next(proof.State{PC: 0x2000, Quarters: middleStatement().After.Quarters})
	last := at.Statement()
	checkMessages(t, "a last segment of no cycles", &last, []Public{
		{rv32im.State, false, []field.M31{0x800, 1}}, {rv32im.State, true, []field.M31{0x800, 1}},
	})
}

// TestCheckStatement: each rule that messages rely on, broken alone.
func TestCheckStatement(t *testing.T) {
	const most = 1<<rv32im.MaxClockLog - 1
	type change struct {
		name string
		f    func(s *proof.Statement)
	}
	both := []change{
		{"2^26 cycles", func(s *proof.Statement) { s.Cycles = most + 1 }},
		{"2^64 - 1 cycles", func(s *proof.Statement) { s.Cycles = math.MaxUint64 }},
		{"cycles modulo p", func(s *proof.Statement) { s.Cycles += field.P }},
		{"odd pc before", func(s *proof.Statement) { s.Before.PC |= 1 }},
		{"half a word before", func(s *proof.Statement) { s.Before.PC |= 2 }},
		{"pc after", func(s *proof.Statement) { s.After.PC |= 2 }},
		{"an image that isn't canonical", func(s *proof.Statement) {
			s.Before.Quarters[0][0] += field.P
			s.After.Quarters[0] = s.Before.Quarters[0]
		}},
		{"registers that aren't canonical", func(s *proof.Statement) { s.After.Quarters[3][8] = field.P }},
		{"input that changes, closed", func(s *proof.Statement) { s.After.Quarters[1][0] ^= 1 }},
		{"output that changes, closed", func(s *proof.Statement) { s.After.Quarters[2][0] ^= 1 }},
	}
	for bit := range 4 {
		both = append(both, change{fmt.Sprint("quarter ", 4+bit), func(s *proof.Statement) { s.Opened |= 0x10 << bit }})
	}
	last := append(slices.Clone(both),
		change{"a pc after the end", func(s *proof.Statement) { s.After.PC = 4 }},
		change{"heap after the end", func(s *proof.Statement) { s.After.Quarters[0][3] ^= 1 }},
		change{"input after the end", func(s *proof.Statement) { s.Opened |= 2; s.After.Quarters[1][3] ^= 1 }},
		change{"registers after the end", func(s *proof.Statement) { s.After.Quarters[3][3] ^= 1 }},
		change{"impossible exit", func(s *proof.Statement) { s.Exit.PC = 4 }},
	)
	middle := append(slices.Clone(both),
		change{"no cycles", func(s *proof.Statement) { s.Cycles = 0 }},
		change{"an exit", func(s *proof.Statement) { s.Exit = abi.Exit{Kind: abi.OutOfGas, PC: s.Header.Entry} }},
		change{"an exit code", func(s *proof.Statement) { s.Exit.Code = 42 }},
		change{"heap that changes, closed", func(s *proof.Statement) { s.Opened &^= 1 }},
		change{"registers that change, closed", func(s *proof.Statement) { s.Opened &^= 8 }},
	)
	for _, c := range []struct {
		make    func() *proof.Statement
		changes []change
	}{{testStatement, last}, {middleStatement, middle}} {
		s := c.make()
		s.Cycles = most
		if _, err := PublicMessages(s); err != nil {
			t.Errorf("most cycles: %v", err)
		}
		for _, x := range c.changes {
			s := c.make()
			x.f(s)
			if _, err := PublicMessages(s); err == nil {
				t.Errorf("%s passes, last is %v", x.name, s.Last)
			}
		}
	}
}

// TestAttack24Fingerprints: no two buses share an id, so messages of different buses have
// different fingerprints even where their tuples agree.
func TestAttack24Fingerprints(t *testing.T) {
	buses := map[uint32]air.Bus{}
	for _, a := range newMachine(t).AIRs {
		for _, m := range a.Messages {
			if b, ok := buses[m.Bus.ID]; ok && b != m.Bus {
				t.Errorf("%+v and %+v share an id", b, m.Bus)
			}
			buses[m.Bus.ID] = m.Bus
			if len(m.Tuple) != m.Bus.Arity {
				t.Errorf("chip %s: %d elements on bus %s", a.Name, len(m.Tuple), m.Bus.Name)
			}
			if m.Bus.ID == 0 || m.Bus.ID >= field.P {
				t.Errorf("bus %s has id %d", m.Bus.Name, m.Bus.ID)
			}
		}
	}
	names := map[string]bool{}
	for _, b := range buses {
		if names[b.Name] {
			t.Errorf("two buses are called %s", b.Name)
		}
		names[b.Name] = true
	}
	// The fraction of a tuple differs from bus to bus, from value to value, and from length
	// to length with other values than trailing zeros.
	rng := rand.New(rand.NewPCG(5, 6))
	alpha, betas := randomE(rng), fri.Powers(randomE(rng), 40)
	seen := map[field.E]string{}
	for id := range buses {
		for _, tuple := range [][]field.M31{{0}, {1}, {0, 1}, {1, 0, 2}, {field.M31(id), 5}, {field.M31(id + 1), 3}} {
			m := Public{Bus: air.Bus{ID: id}, Tuple: tuple}
			f, err := publicSum([]Public{m}, alpha, betas)
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprint(m)
			if other, ok := seen[f]; ok {
				t.Errorf("%s and %s have one fingerprint", what, other)
			}
			seen[f] = what
			m.Take = true
			if both, _ := publicSum([]Public{m}, alpha, betas); both != f.Neg() {
				t.Errorf("%s: taking isn't the negative of giving", what)
			}
		}
	}
}

func randomE(rng *rand.Rand) field.E {
	var c [field.Degree]field.M31
	for i := range c {
		c[i] = field.M31(rng.Uint32N(field.P))
	}
	return field.FromCoords(c)
}

// TestAttack26ZeroDenominator: a message whose denominator is zero can't drop out of the
// sum unnoticed.
func TestAttack26ZeroDenominator(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	list, err := PublicMessages(testStatement())
	if err != nil {
		t.Fatal(err)
	}
	betas := fri.Powers(randomE(rng), 40)
	for i, m := range list {
		alpha := field.FromBase(field.M31(m.Bus.ID))
		for k, x := range m.Tuple {
			alpha = alpha.Add(betas[k+1].MulBase(x))
		}
		if _, err := publicSum(list, alpha, betas); !errors.Is(err, errDenominator) {
			t.Errorf("message %d: %v", i, err)
		}
		if _, err := publicSum(slices.Delete(slices.Clone(list), i, i+1), alpha, betas); err != nil {
			t.Errorf("without message %d: %v", i, err)
		}
	}
}

// TestAttack28StatementAbsorbed: the first challenge depends on every part of the statement
// and, by its digest, of the run.
func TestAttack28StatementAbsorbed(t *testing.T) {
	changes := map[string]func(s *proof.Statement){
		"abi version":      func(s *proof.Statement) { s.Header.ABIVersion++ },
		"entry":            func(s *proof.Statement) { s.Header.Entry += 4 },
		"code start":       func(s *proof.Statement) { s.Header.CodeStart += 4 },
		"code end":         func(s *proof.Statement) { s.Header.CodeEnd -= 4 },
		"memory limit":     func(s *proof.Statement) { s.Header.MemoryLimit += abi.PageSize },
		"region start":     func(s *proof.Statement) { s.Header.Regions[2].Start++ },
		"region kind":      func(s *proof.Statement) { s.Header.Regions[2].Kind = abi.KindReadOnly },
		"regions":          func(s *proof.Statement) { s.Header.Regions = s.Header.Regions[:6] },
		"index":            func(s *proof.Statement) { s.Index++ },
		"pc before":        func(s *proof.Statement) { s.Before.PC++ },
		"pc after":         func(s *proof.Statement) { s.After.PC++ },
		"cycles":           func(s *proof.Statement) { s.Cycles++ },
		"cycles, high":     func(s *proof.Statement) { s.Cycles += 1 << 63 },
		"last":             func(s *proof.Statement) { s.Last = false },
		"exit kind":        func(s *proof.Statement) { s.Exit.Kind++ },
		"exit code":        func(s *proof.Statement) { s.Exit.Code ^= 1 << 31 },
		"exit cause":       func(s *proof.Statement) { s.Exit.Cause++ },
		"exit pc":          func(s *proof.Statement) { s.Exit.PC++ },
		"exit value":       func(s *proof.Statement) { s.Exit.Value++ },
		"opened":           func(s *proof.Statement) { s.Opened ^= 1 },
		"chip":             func(s *proof.Statement) { s.Instances[0].Chip++ },
		"height":           func(s *proof.Statement) { s.Instances[1].LogHeight++ },
		"table less":       func(s *proof.Statement) { s.Instances = s.Instances[1:] },
		"table more":       func(s *proof.Statement) { s.Instances = append(s.Instances, proof.Instance{}) },
		"quarters swapped": func(s *proof.Statement) { q := &s.Before.Quarters; q[0], q[1] = q[1], q[0] },
		"tables swapped": func(s *proof.Statement) {
			s.Instances[0], s.Instances[1] = s.Instances[1], s.Instances[0]
		},
	}
	for i := range hash.Poseidon2Words {
		for q := range memtree.Quarters {
			changes[fmt.Sprintf("quarter %d before, word %d", q, i)] = func(s *proof.Statement) { s.Before.Quarters[q][i] ^= 1 }
			changes[fmt.Sprintf("quarter %d after, word %d", q, i)] = func(s *proof.Statement) { s.After.Quarters[q][i] ^= 1 }
		}
	}
	for i := range hash.Blake2sWords {
		changes[fmt.Sprint("run, word ", i)] = func(s *proof.Statement) { s.Run[i] ^= 1 }
	}
	runs := map[string]func(r *proof.Run){
		"gas limit":       func(r *proof.Run) { r.GasLimit++ },
		"gas limit, high": func(r *proof.Run) { r.GasLimit += 1 << 63 },
		"gas used":        func(r *proof.Run) { r.GasUsed++ },
		"gas used, high":  func(r *proof.Run) { r.GasUsed += 1 << 63 },
		"exit code":       func(r *proof.Run) { r.Exit.Code++ },
		"output byte":     func(r *proof.Run) { r.Output.Blocks[17] ^= 1 },
		"byte after it":   func(r *proof.Run) { r.Output.Blocks[63] ^= 1 },
		"frontier":        func(r *proof.Run) { r.Output.Frontier[3][8] ^= 1 },
		"segments":        func(r *proof.Run) { r.Segments = 3 },
	}
	for _, id := range hashes {
		k := newKey(t, soundness.Fast, id)
		statement := func(r *proof.Run) *proof.Statement {
			s := statementOf(r)
			s.Instances = withFixed(table(0, 8))
			return s
		}
		seen := map[field.E]string{NewTranscript(k, statement(testRun())).DrawE(LabelAlpha): "the honest statement"}
		check := func(name string, s *proof.Statement) {
			x := NewTranscript(k, s).DrawE(LabelAlpha)
			if other, ok := seen[x]; ok {
				t.Errorf("%v: %s and %s draw the same challenge", id, name, other)
			}
			seen[x] = name
		}
		for name, change := range changes {
			s := statement(testRun())
			change(s)
			check(name, s)
		}
		// Segments of a run that differ in nothing but the run.
		two := testRun()
		two.Segments = 2
		check("of two segments", statement(two))
		for name, change := range runs {
			r := testRun()
			r.Segments = 2
			change(r)
			check("the run's "+name, statement(r))
		}
	}
}

// TestAttack36Sponge: the verifier's transcript absorbs on top of what is there, permutes
// between draws, and zeros and empty lists leave a trace.
func TestAttack36Sponge(t *testing.T) {
	for _, id := range hashes {
		k := newKey(t, soundness.Fast, id)
		s := testStatement()
		seen := map[field.E]string{}
		differs := func(what string, x field.E) {
			t.Helper()
			if other, ok := seen[x]; ok {
				t.Errorf("%v: %s draws what %s draws", id, what, other)
			}
			seen[x] = what
		}
		start := NewTranscript(k, s)
		tr := start.Clone()
		for i := range 20 {
			differs(fmt.Sprint("draw ", i), tr.DrawE(LabelAlpha))
		}
		for n := range 40 {
			tr := start.Clone()
			tr.Ext(LabelSums, make([]field.E, n))
			differs(fmt.Sprint(n, " zeros"), tr.DrawE(LabelAlpha))
		}
		// What was absorbed before still counts after a long message.
		other := *s
		other.Cycles++
		for name, tr := range map[string]interface {
			Ext(string, []field.E)
			DrawE(string) field.E
		}{"statement": start.Clone(), "other statement": NewTranscript(k, &other)} {
			tr.Ext(LabelValues, make([]field.E, 100))
			differs(name+" under 600 zeros", tr.DrawE(LabelAlpha))
		}
	}
}
