package exec

import (
	"context"
	"fmt"

	"github.com/orrery/orrery/rv"
)

// Recorder is one recorded run of a program. It is not safe for concurrent use.
type Recorder struct {
	memory     timedMemory
	ops        []microOp
	decoded    []bool // one for each of ops
	x          [256]cell
	next       uint32
	limit      uint64
	max        uint64
	records    Records
	second     []Second
	misaligned uint64
	used       bool
}

// NewRecorder prepares a recorded run. The input is not copied and must not
// change before the run has ended.
func NewRecorder(program *rv.Program, input []byte, opts Options) (*Recorder, error) {
	if err := checkInput(input); err != nil {
		return nil, err
	}
	most := opts.MaxCycles
	if most == 0 || most > MaxCycles {
		most = MaxCycles
	}
	return &Recorder{
		memory:  timedMemory{source: source{program, input}},
		ops:     lower(&program.Code),
		decoded: make([]bool, len(program.Code.Insts)),
		next:    (program.Header.Entry - program.Code.Start) / 4,
		limit:   opts.GasLimit,
		max:     most,
	}, nil
}

// pc returns the address of the next instruction.
func (r *Recorder) pc() uint32 { return r.memory.source.program.Code.Start + 4*r.next }

// Run runs the program to its end and returns the trace. It stops with an error
// when ctx is cancelled, and with ErrTooManyCycles when the run doesn't end
// within Options.MaxCycles. A recorder runs once.
func (r *Recorder) Run(ctx context.Context) (*Trace, error) {
	if r.used {
		return nil, ErrUsed
	}
	r.used = true
	// One cycle too many tells a run that ends after max cycles from a longer one.
	stop := min(r.limit, r.max+1)
	for {
		cycles := uint64(r.records.n)
		if cycles > r.max {
			return nil, r.tooLong()
		}
		at := r.records.n % chunkRecords
		if at == 0 && r.records.n/chunkRecords == len(r.records.chunks) {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("exec: recording cancelled after %d cycles: %w", cycles, err)
			}
			r.records.chunks = append(r.records.chunks, new(chunk))
		}
		to := at + int(min(stop-cycles, uint64(chunkRecords-at)))
		done := r.loop(r.records.chunks[len(r.records.chunks)-1], at, to)
		r.records.n += done - at
		if done == to && uint64(r.records.n) < r.limit {
			continue
		}
		if exit, trapped, ends := r.step(uint64(r.records.n) < r.limit); ends {
			if uint64(r.records.n) > r.max {
				return nil, r.tooLong()
			}
			return r.finish(exit, trapped), nil
		}
	}
}

func (r *Recorder) tooLong() error {
	return fmt.Errorf("%w: more than %d cycles", ErrTooManyCycles, r.max)
}

// step is Machine.step with recording. trapped is as in Trace.Trap.
func (r *Recorder) step(gas bool) (exit Exit, trapped *Record, ends bool) {
	program := r.memory.source.program
	pc := r.pc()
	in, refusal, ok := fetch(program, pc, gas)
	if int(r.next) < len(r.decoded) {
		r.decoded[r.next] = true
	}
	if !ok {
		if refusal.Kind == Trap {
			trapped = &Record{PC: pc}
		}
		return refusal, trapped, true
	}

	now := 4 * (uint32(r.records.n) + 1)
	rec := Record{PC: pc}
	rs1, rs2, reads1, reads2 := operands(&in)
	if reads1 {
		rec.A, rec.TsA = r.x[rs1].v, r.x[rs1].ts
	}
	if reads2 {
		rec.B, rec.TsB = r.x[rs2].v, r.x[rs2].ts
		if reads1 && rs1 == rs2 {
			rec.TsB = now + slotRs1
		}
	}
	e := evaluate(pc, &in, rec.A, rec.B)
	size := in.Op.AccessSize()
	var first, second *cell
	if size > 0 {
		page, cause := r.memory.readable, uint32(CauseLoadFault)
		if in.Op.IsStore() {
			page, cause = r.memory.writable, CauseStoreFault
		}
		if first, second = r.memory.span(page, e.addr, size); first == nil {
			e = trap(cause, pc, e.addr)
		}
	}
	if e.ends && e.exit.Kind == Trap {
		return e.exit, &rec, true
	}

	if reads1 {
		r.x[rs1].ts = now + slotRs1
	}
	if reads2 {
		r.x[rs2].ts = now + slotRs2
	}
	if first != nil {
		r.access(&in, &e, &rec, now, first, second)
	}
	if in.Op.WritesRd() || in.Op == rv.FENCE {
		d := &r.x[slot(in.Rd)]
		rec.Old, rec.TsD = d.v, d.ts
		*d = cell{e.result, now + slotRd}
	}
	// The loop may have left part of a record in this place.
	*r.records.At(r.records.n) = rec
	r.records.n++
	if e.ends {
		return e.exit, nil, true
	}
	r.next = (e.next - program.Code.Start) / 4
	return Exit{}, nil, false
}

// access performs the memory access of a load or store whose cells were found.
func (r *Recorder) access(in *rv.Inst, e *effect, rec *Record, now uint32, first, second *cell) {
	size := in.Op.AccessSize()
	if e.addr%size != 0 {
		r.misaligned++
	}
	var hi cell
	if second != nil {
		hi = *second
		r.second = append(r.second, Second{uint32(r.records.n), hi.v, hi.ts})
	}
	lo := *first
	if in.Op.IsLoad() {
		rec.B, rec.TsB = lo.v, lo.ts
		e.result = extract(in.Op, e.addr, lo.v, hi.v)
	} else {
		rec.Old, rec.TsD = lo.v, lo.ts
		first.v, hi.v = insert(e.addr, size, lo.v, hi.v, rec.B)
	}
	first.ts = now + slotMemory
	if second != nil {
		*second = cell{hi.v, now + slotMemory}
	}
}

// finish collects what is known at the end only.
func (r *Recorder) finish(exit Exit, trapped *Record) *Trace {
	t := &Trace{
		Records: r.records,
		Second:  r.second,
		Result:  Result{exit, uint64(r.records.n), output(r.memory.word), r.misaligned},
		EndPC:   r.pc(),
		Trap:    trapped,
	}
	for i := range NumSlots {
		t.Registers[i], t.RegisterTs[i] = r.x[i].v, r.x[i].ts
	}
	for i, is := range r.decoded {
		if is {
			t.ExecutedCode = append(t.ExecutedCode, uint32(i))
		}
	}
	// A run can end at one of the zero words that the file doesn't have.
	if exit.Kind == Trap && exit.Cause == CauseIllegal && int(r.next) >= len(r.decoded) {
		t.ExecutedCode = append(t.ExecutedCode, r.next)
	}
	t.Blocks = r.blocks(t.ExecutedCode)
	return t
}

// blocks returns the touched blocks in increasing order, given the decoded code
// words in increasing order.
func (r *Recorder) blocks(code []uint32) []Block {
	const perPage = rv.PageSize / rv.BlockSize
	start := r.memory.source.program.Code.Start
	index := func(i uint32) uint32 { return (start + 4*i) / rv.BlockSize }
	var blocks []Block
	for p := range uint32(rv.NumPages) {
		pg := r.memory.read[p]
		hasCode := len(code) > 0 && index(code[0])/perPage == p
		if pg == nil && !hasCode {
			continue
		}
		for n := p * perPage; n < (p+1)*perPage; n++ {
			touched := false
			for len(code) > 0 && index(code[0]) == n {
				touched, code = true, code[1:]
			}
			b := Block{Index: n}
			if pg != nil {
				for i, c := range pg[n%perPage*rv.BlockWords:][:rv.BlockWords] {
					b.Final[i], b.Ts[i] = c.v, c.ts
					touched = touched || c.ts != 0
				}
			}
			if !touched {
				continue
			}
			b.Initial = r.memory.source.block(n)
			if pg == nil {
				b.Final = b.Initial
			}
			blocks = append(blocks, b)
		}
	}
	return blocks
}
