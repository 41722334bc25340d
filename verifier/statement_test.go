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

// testStatement is that of a run which put out nothing.
func testStatement() *proof.Statement {
	s := &proof.Statement{
		Header: testHeader(), Image: hash.Digest{1, 2, 3}, InputDigest: hash.Digest{4, 5, 6},
		GasLimit: 100, GasUsed: 10, Exit: abi.Exit{Kind: abi.Halt, Code: 42}, Opened: 0b1001,
	}
	s.Output = memtree.OpenOutput(
		func(uint32) [memtree.BlockWords]uint32 { return [memtree.BlockWords]uint32{} },
		func(level int, _ uint32) hash.Digest { return memtree.Zero(level) })
	return s
}

func TestCheckGas(t *testing.T) {
	halt, gone := abi.Exit{Kind: abi.Halt}, abi.Exit{Kind: abi.OutOfGas}
	trap := func(cause uint32) abi.Exit { return abi.Exit{Kind: abi.Trap, Cause: cause} }
	const most = 1<<rv32im.MaxClockLog - 1
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
		{math.MaxUint64, most, halt, true}, {math.MaxUint64, most + 1, halt, false},
		{math.MaxUint64, math.MaxUint64, gone, false}, {math.MaxUint64, field.P + 5, halt, false},
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

func TestPublicMessages(t *testing.T) {
	s := testStatement()
	list, err := PublicMessages(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 { // start, end, two quarters
		t.Fatalf("%d messages", len(list))
	}
	if start := list[0]; start.Bus != rv32im.State || start.Take || !slices.Equal(start.Tuple, []field.M31{field.M31(s.Header.Entry / 4), 1}) {
		t.Errorf("the run starts with %+v", start)
	}
	// The first quarter holds the image, before; only what is after in the third is wanted.
	for i, want := range []struct {
		quarter uint32
		drop    field.M31
		before  hash.Digest
	}{{0, 1, s.Image}, {3, 1, memtree.Zero(memtree.QuarterLevel)}} {
		m := list[2+i]
		tuple := []field.M31{memtree.QuarterLevel, field.M31(want.quarter), want.drop}
		for range 2 {
			for _, w := range want.before {
				tuple = append(tuple, field.M31(w))
			}
		}
		if m.Bus != rv32im.Node || m.Take || !slices.Equal(m.Tuple, tuple) {
			t.Errorf("quarter %d: %+v", want.quarter, m)
		}
	}
	for opened := 16; opened < 256; opened <<= 1 {
		s.Opened = uint8(opened) | 0b1001
		if _, err := PublicMessages(s); err == nil {
			t.Errorf("opened quarters %#x pass", s.Opened)
		}
	}
	// An output in a quarter that isn't opened.
	s = testStatement()
	s.Output = memtree.OpenOutput(
		func(uint32) [memtree.BlockWords]uint32 { return [memtree.BlockWords]uint32{0, 7} },
		func(level int, _ uint32) hash.Digest { return memtree.Zero(level) })
	if _, err := PublicMessages(s); err == nil {
		t.Error("an output appears in a quarter that isn't opened")
	}
	s.Opened |= 1 << outputQuarter
	list, err = PublicMessages(s)
	if err != nil || len(list) != 5 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	if drop := list[3].Tuple[2]; drop != 0 {
		t.Errorf("the output's quarter is dropped: %d", drop)
	}
	s.Output.Blocks = s.Output.Blocks[1:]
	if _, err := PublicMessages(s); err == nil {
		t.Error("output blocks cut short pass")
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

// TestAttack28StatementAbsorbed: the first challenge depends on every part of the statement.
func TestAttack28StatementAbsorbed(t *testing.T) {
	changes := map[string]func(s *proof.Statement){
		"abi version":     func(s *proof.Statement) { s.Header.ABIVersion++ },
		"entry":           func(s *proof.Statement) { s.Header.Entry += 4 },
		"code start":      func(s *proof.Statement) { s.Header.CodeStart += 4 },
		"code end":        func(s *proof.Statement) { s.Header.CodeEnd -= 4 },
		"memory limit":    func(s *proof.Statement) { s.Header.MemoryLimit += abi.PageSize },
		"region start":    func(s *proof.Statement) { s.Header.Regions[2].Start++ },
		"region kind":     func(s *proof.Statement) { s.Header.Regions[2].Kind = abi.KindReadOnly },
		"regions":         func(s *proof.Statement) { s.Header.Regions = s.Header.Regions[:6] },
		"gas limit":       func(s *proof.Statement) { s.GasLimit++ },
		"gas limit, high": func(s *proof.Statement) { s.GasLimit += 1 << 63 },
		"gas used":        func(s *proof.Statement) { s.GasUsed++ },
		"gas used, high":  func(s *proof.Statement) { s.GasUsed += 1 << 63 },
		"exit kind":       func(s *proof.Statement) { s.Exit.Kind++ },
		"exit code":       func(s *proof.Statement) { s.Exit.Code ^= 1 << 31 },
		"exit cause":      func(s *proof.Statement) { s.Exit.Cause++ },
		"exit pc":         func(s *proof.Statement) { s.Exit.PC++ },
		"exit value":      func(s *proof.Statement) { s.Exit.Value++ },
		"output byte":     func(s *proof.Statement) { s.Output.Blocks[17] ^= 1 },
		"byte after it":   func(s *proof.Statement) { s.Output.Blocks[63] ^= 1 },
		"fewer blocks":    func(s *proof.Statement) { s.Output.Blocks = s.Output.Blocks[:63] },
		"frontier":        func(s *proof.Statement) { s.Output.Frontier[3][8] ^= 1 },
		"fewer digests":   func(s *proof.Statement) { s.Output.Frontier = s.Output.Frontier[1:] },
		"opened":          func(s *proof.Statement) { s.Opened ^= 1 },
		"chip":            func(s *proof.Statement) { s.Instances[0].Chip++ },
		"height":          func(s *proof.Statement) { s.Instances[1].LogHeight++ },
		"table less":      func(s *proof.Statement) { s.Instances = s.Instances[1:] },
		"table more":      func(s *proof.Statement) { s.Instances = append(s.Instances, proof.Instance{}) },
		"tables swapped": func(s *proof.Statement) {
			s.Instances[0], s.Instances[1] = s.Instances[1], s.Instances[0]
		},
	}
	for i := range hash.Poseidon2Words {
		changes[fmt.Sprint("image ", i)] = func(s *proof.Statement) { s.Image[i] ^= 1 }
		changes[fmt.Sprint("input digest ", i)] = func(s *proof.Statement) { s.InputDigest[i] ^= 1 }
	}
	for _, id := range hashes {
		k := newKey(t, soundness.Fast, id)
		statement := func() *proof.Statement {
			s := testStatement()
			s.Instances = withFixed(table(0, 8))
			return s
		}
		seen := map[field.E]string{NewTranscript(k, statement()).DrawE(LabelAlpha): "the honest statement"}
		for name, change := range changes {
			s := statement()
			change(s)
			x := NewTranscript(k, s).DrawE(LabelAlpha)
			if other, ok := seen[x]; ok {
				t.Errorf("%v: %s and %s draw the same challenge", id, name, other)
			}
			seen[x] = name
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
		other.GasLimit++
		for name, tr := range map[string]interface {
			Ext(string, []field.E)
			DrawE(string) field.E
		}{"statement": start.Clone(), "other statement": NewTranscript(k, &other)} {
			tr.Ext(LabelValues, make([]field.E, 100))
			differs(name+" under 600 zeros", tr.DrawE(LabelAlpha))
		}
	}
}
