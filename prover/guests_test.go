package prover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/sha3"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/internal/cpu/cputest"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// word encodes a word as the guests read it.
func word(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// randomBytes gives the same bytes in every run.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b) // never fails
	return b
}

// proved proves a run and compares the claim with a run of the interpreter, which isn't
// what the prover records with, and the program and input with digests made otherwise.
func proved(t *testing.T, name string, input []byte, gas uint64, o Options) *Result {
	t.Helper()
	p := loadGuest(t, name)
	o.GasLimit = &gas
	r, err := Prove(context.Background(), p, input, o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	machine, err := exec.New(p, input, exec.Options{GasLimit: gas})
	if err != nil {
		t.Fatal(err)
	}
	run, err := machine.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := abi.Claim{
		ProgramID: programID(t, p), GasLimit: gas, GasUsed: run.Cycles, Output: run.Output,
		Exit: abi.Exit{Kind: abi.ExitKind(run.Exit.Kind), Code: run.Exit.Code, Cause: run.Exit.Cause, PC: run.Exit.PC, Value: run.Exit.Value},
	}
	if want.InputDigest, err = memtree.QuarterOfInput(input); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.Claim.Output, want.Output) {
		t.Errorf("%s: output %.64x, want %.64x", name, r.Claim.Output, want.Output)
	}
	got := r.Claim
	got.Output, want.Output = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: claim %+v, want %+v", name, got, want)
	}
	if r.Cycles != run.Cycles || r.Misaligned != run.MisalignedAccesses {
		t.Errorf("%s: %d cycles, %d misaligned accesses; want %d, %d", name, r.Cycles, r.Misaligned, run.Cycles, run.MisalignedAccesses)
	}
	if r.Rounds.Bits() < soundness.MinBits {
		t.Errorf("%s: %f bits", name, r.Rounds.Bits())
	}
	t.Logf("%s: %d cycles, %v, %d bytes of output, proof of %d bytes, %v", name, r.Cycles, r.Claim.Exit, len(r.Claim.Output), len(r.Proof), r.Total.Round(time.Millisecond))
	return r
}

// programID hashes the image by streaming.
func programID(t *testing.T, p *rv.Program) abi.ID {
	t.Helper()
	image, err := memtree.Hash(0, func(yield func(memtree.Block) bool) {
		for _, b := range p.Image {
			if !yield(memtree.Block{Index: b.Index, Words: b.Words}) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return abi.ProgramID(&p.Header, image)
}

// guestCase is a run that is proved.
type guestCase struct {
	name  string
	input []byte
	gas   uint64
	code  uint32 // exit code of those that halt
	// output is what must come out; nil where only the interpreter says it.
	output []byte
	short  bool // proved under -short too
}

// guestCases has every program of testdata/guests, echo's sizes and the traps' kinds aside.
func guestCases() []guestCase {
	const much = 1 << 40
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	keccak := sha3.NewLegacyKeccak256()
	keccak.Write([]byte("abc"))
	link := sum(make([]byte, 32))
	values := randomBytes(400)
	return []guestCase{
		{"abort", nil, much, 134, []byte("before"), false},
		{"alu", nil, much, 0, nil, false},
		{"echo", []byte("echo"), much, 0, []byte("echo"), false},
		{"exit42", nil, much, 42, []byte("forty-two"), false},
		{"fillmem", word(1 << 20), much, 0, word(1 << 20), false},
		{"int64", randomBytes(16), much, 0, nil, false},
		{"interp", []byte{1, 1, 7, 0, 18, 1, 0, 0, 0, 0, 0, 0}, much, 0, word(7), false},
		{"interp", []byte{99, 0, 0, 0}, much, 1, nil, false},
		{"keccak256", []byte("abc"), much, 0, keccak.Sum(nil), false},
		{"loop", nil, 5000, 0, []byte("looping"), false},
		{"lz4", []byte{6, 0, 0, 0, 0x10, 'x', 1, 0, 0x10, 'y'}, much, 0, []byte("xxxxxy"), false},
		{"lz4", []byte{6, 0, 0, 0, 0x10, 'x', 0, 0, 0x10, 'y'}, much, 1, nil, false},
		{"memory", nil, much, 0, nil, false},
		{"misaligned", nil, much, 0, nil, true},
		{"modexp", make([]byte, 512), much, 1, nil, false},
		{"muldiv", nil, much, 0, nil, false},
		{"quicksort", values, much, 0, nil, false},
		{"sortwords", word(40), much, 0, nil, false},
		{"wander", word(40), much, 0, nil, false},
		{"sha256", []byte("abc"), much, 0, sum([]byte("abc")), false},
		{"sha256chain", word(2), much, 0, sum(link), false},
		{"sieve", word(1000), much, 0, append(word(168), word(997)...), false},
		{"trap_ebreak", nil, much, 0, []byte("before"), true},
		{"trap_ecall", word(94), much, 0, word(94), false},
		{"trap_fetch", word(5), much, 0, word(5), false},
		{"trap_illegal", word(1), much, 0, word(1), false},
		{"trap_load", word(3), much, 0, word(3), false},
		{"trap_misaligned_jump", word(2), much, 0, word(2), false},
		{"trap_store", word(6), much, 0, word(6), false},
	}
}

// TestGuests proves every guest program once at least, with profile fast and Blake2s.
func TestGuests(t *testing.T) {
	proven := map[string]bool{}
	for _, c := range guestCases() {
		proven[c.name] = true
		if testing.Short() && !c.short {
			continue
		}
		r := proved(t, c.name, c.input, c.gas, Options{})
		if c.output != nil && !bytes.Equal(r.Claim.Output, c.output) {
			t.Errorf("%s: output %x, want %x", c.name, r.Claim.Output, c.output)
		}
		if r.Claim.Exit.Code != c.code {
			t.Errorf("%s: %v, want code %d", c.name, r.Claim.Exit, c.code)
		}
	}
	files, err := filepath.Glob("../testdata/guests/*.elf")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".elf"); !proven[name] {
			t.Errorf("guest %s isn't proved", name)
		}
	}
}

// TestModexp proves an RSA-2048 verification.
func TestModexp(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a long run")
	}
	n := new(big.Int).SetBytes(randomBytes(256))
	n.SetBit(n.SetBit(n, 2047, 1), 0, 1)
	s := new(big.Int).Rsh(n, 1)
	input := append(n.FillBytes(make([]byte, 256)), s.FillBytes(make([]byte, 256))...)
	r := proved(t, "modexp", input, 1<<40, Options{})
	if want := new(big.Int).Exp(s, big.NewInt(65537), n).FillBytes(make([]byte, 256)); !bytes.Equal(r.Claim.Output, want) {
		t.Errorf("output %x, want %x", r.Claim.Output, want)
	}
}

// TestTraps proves all traps that the guests know. A few of their kinds end in another way.
func TestTraps(t *testing.T) {
	for _, c := range []struct {
		guest string
		kinds uint32 // 0 to this one, exclusively
		cause uint32
		halts []uint32 // kinds that don't trap
	}{
		{"trap_misaligned_jump", 5, abi.CauseMisalignedJump, []uint32{3}},
		{"trap_fetch", 6, abi.CauseFetch, nil},
		{"trap_illegal", 23, abi.CauseIllegal, nil},
		{"trap_ebreak", 1, abi.CauseBreakpoint, nil},
		{"trap_load", 10, abi.CauseLoad, []uint32{8, 9}},
		{"trap_store", 9, abi.CauseStore, nil},
		{"trap_ecall", 2, abi.CauseEcall, nil},
	} {
		if testing.Short() && c.cause != abi.CauseMisalignedJump {
			continue
		}
		for kind := range c.kinds {
			r := proved(t, c.guest, word(kind), 1<<40, Options{})
			want := abi.Trap
			if slices.Contains(c.halts, kind) {
				want = abi.Halt
			}
			if e := r.Claim.Exit; e.Kind != want || want == abi.Trap && e.Cause != c.cause {
				t.Errorf("%s, kind %d: %v", c.guest, kind, e)
			}
		}
	}
}

// TestOutOfGas proves runs whose gas ends before the first, a middle and the last
// instruction, and one whose gas is just enough.
func TestOutOfGas(t *testing.T) {
	const whole = 156 // cycles of exit42
	for _, gas := range []uint64{0, 1, whole / 2, whole - 1, whole, whole + 1} {
		if testing.Short() && gas != whole/2 {
			continue
		}
		r := proved(t, "exit42", nil, gas, Options{})
		want := abi.OutOfGas
		if gas >= whole {
			want = abi.Halt
		}
		if r.Claim.Exit.Kind != want || r.Claim.GasUsed != min(gas, whole) {
			t.Errorf("gas %d: %v after %d", gas, r.Claim.Exit, r.Claim.GasUsed)
		}
	}
	if testing.Short() {
		return
	}
	// Fetch faults and illegal words need no gas; other traps do.
	for guest, kind := range map[abi.ExitKind][]string{abi.Trap: {"trap_fetch", "trap_illegal"}, abi.OutOfGas: {"trap_ebreak", "trap_load"}} {
		for _, name := range kind {
			machine, err := exec.New(loadGuest(t, name), word(0), exec.Options{GasLimit: 1 << 40})
			if err != nil {
				t.Fatal(err)
			}
			run, err := machine.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if r := proved(t, name, word(0), run.Cycles, Options{}); r.Claim.Exit.Kind != guest {
				t.Errorf("%s with %d units: %v", name, run.Cycles, r.Claim.Exit)
			}
		}
	}
}

// TestInputSizes echoes inputs around the sizes at which the input and output regions have
// one block more, a whole page, and all the room that there is; a byte more is an abort.
func TestInputSizes(t *testing.T) {
	const room = abi.MaxOutput
	for _, n := range []int{0, 1, 15, 16, 17, 48, 49, 65536, room, 1 << 20} {
		if testing.Short() && n != 17 {
			continue
		}
		input := randomBytes(n)
		r := proved(t, "echo", input, 1<<40, Options{})
		if n > room {
			if r.Claim.Exit.Code != 134 || len(r.Claim.Output) != 0 {
				t.Errorf("%d bytes: %v, %d bytes of output", n, r.Claim.Exit, len(r.Claim.Output))
			}
		} else if !bytes.Equal(r.Claim.Output, input) {
			t.Errorf("%d bytes: output of %d bytes, or another one", n, len(r.Claim.Output))
		}
	}
}

// TestThreads: the same bytes whatever the number of threads and the kernels.
func TestThreads(t *testing.T) {
	input := []byte("threads")
	cases := []struct {
		guest string
		o     Options
	}{
		{"echo", Options{}},
		{"sha256", Options{}},
		{"echo", Options{Profile: soundness.Balanced, Hash: hash.Poseidon2}},
	}
	if testing.Short() {
		cases = cases[:1]
	}
	first := make([][]byte, len(cases))
	best := cpu.Selected()
	cputest.Each(t, func(t *testing.T) {
		for i, c := range cases {
			if i > 0 && cpu.Selected() != best {
				continue
			}
			for _, threads := range []int{1, 2, 3} {
				c.o.Threads = threads
				r, err := Prove(t.Context(), loadGuest(t, c.guest), input, c.o)
				if err != nil {
					t.Fatal(err)
				}
				if first[i] == nil {
					first[i] = r.Proof
				}
				if !bytes.Equal(r.Proof, first[i]) {
					t.Errorf("%s %+v: other bytes", c.guest, c.o)
				}
			}
		}
	})
}

// phases is an observer that calls a function at the beginning of each phase.
type phases func(name string)

// Observe calls the function.
func (f phases) Observe(e Event) {
	if e.Kind == EventPhase {
		f(e.Phase)
	}
}

// TestCancel: a context that ends ends the proof, in whichever phase.
func TestCancel(t *testing.T) {
	p := loadGuest(t, "echo")
	var names []string
	if _, err := Prove(context.Background(), p, nil, Options{Observer: phases(func(name string) { names = append(names, name) })}); err != nil {
		t.Fatal(err)
	}
	if len(names) < 5 || names[len(names)-1] != "verify" {
		t.Errorf("phases %q", names)
	}
	for i, phase := range names[:len(names)-1] {
		ctx, cancel := context.WithCancelCause(context.Background())
		reached := 0
		r, err := Prove(ctx, p, nil, Options{Observer: phases(func(string) {
			if reached++; reached == i+1 {
				cancel(nil)
			}
		})})
		if !errors.Is(err, context.Canceled) || r != nil {
			t.Errorf("cancelled in phase %q: %v", phase, err)
		}
		if reached > i+2 {
			t.Errorf("cancelled in phase %q: went on for %d phases", phase, reached-i-1)
		}
	}
	// A guest that never ends.
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Prove(ctx, loadGuest(t, "loop"), nil, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a guest that never ends: %v", err)
	}
}

// TestRefusals: what can't be proved is refused with an error that says why.
func TestRefusals(t *testing.T) {
	p := loadGuest(t, "exit42")
	if _, err := Prove(context.Background(), p, nil, Options{SegmentCycles: MaxSegmentCycles + 1}); err == nil {
		t.Error("segments that are too long")
	}
	if _, err := Prove(context.Background(), p, nil, Options{MaxMemory: 1 << 20}); !errors.Is(err, ErrMemory) {
		t.Errorf("a proof in a megabyte: %v", err)
	}
	for _, o := range []Options{{Profile: 9}, {Hash: 9}} {
		if _, err := Prove(context.Background(), p, nil, o); !errors.Is(err, verifier.ErrKey) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if !testing.Short() {
		// The room is 1 GiB less 16 bytes; memory that nobody touches costs nothing.
		if _, err := Prove(context.Background(), p, make([]byte, abi.MaxInput+1), Options{}); !errors.Is(err, exec.ErrInputTooLong) {
			t.Errorf("an input too long: %v", err)
		}
	}
}

// TestOtherMemoryLimit: the memory limit is part of the program.
func TestOtherMemoryLimit(t *testing.T) {
	elf, err := os.ReadFile("../testdata/guests/echo.elf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if programID(t, p) == programID(t, loadGuest(t, "echo")) {
		t.Error("the memory limit isn't part of the program id")
	}
}
