package exec

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/orrery/orrery/rv"
)

// ErrRewind says that a trace is not of the segment that a recorder recorded last.
var ErrRewind = errors.New("exec: not the last segment")

// Recorder records a run, in one piece or segment by segment. It is not safe for
// concurrent use.
//
// Memory as it is at the start of a segment is that of a Machine; a segment works on
// copies, with timestamps, of the pages that it touches. So a segment costs what it
// touches and can be taken back.
type Recorder struct {
	machine *Machine // memory between segments; nil for a recorder of a part
	memory  timedMemory
	buffers *Buffers
	program *rv.Program
	windows []window
	window         // the one in use
	next    uint32 // next instruction, counted from the window's start
	x       [256]cell
	limit   uint64 // gas of the run
	done    uint64 // cycles before the segment
	max     uint64 // of Run
	ended   bool
	inner   bool // segments end without a look at the next instruction

	// The segment so far.
	start      State
	records    Records
	second     []Second
	misaligned uint64
}

// window is a stretch of code: the recorder's loop runs within one.
type window struct {
	base    uint32 // address of ops[0]
	ops     []microOp
	decoded []bool // one for each of ops
}

// NewRecorder prepares a recorded run. The input is not copied and must not
// change before the run has ended.
func NewRecorder(program *rv.Program, input []byte, opts Options) (*Recorder, error) {
	machine, err := New(program, input, opts)
	if err != nil {
		return nil, err
	}
	r := newRecorder(program, State{PC: program.Header.Entry}, opts)
	r.machine = machine
	r.memory.base = &machine.memory
	r.memory.source = machine.memory.source
	return r, nil
}

// NewPartRecorder prepares the recording of one segment that starts in the given state,
// in the memory that the image of the program is, rv.NewPart's. GasLimit is what is left
// at the start. Output is not among the results. Addresses, pages and code that the image
// lacks are zero; Trace.Blocks tells whether that was of consequence. If the segment isn't
// the last of its run, the recorder doesn't look behind its last cycle, for which the image
// has nothing.
func NewPartRecorder(program *rv.Program, start State, last bool, opts Options) *Recorder {
	r := newRecorder(program, start, opts)
	r.inner = !last
	r.memory.source = source{program: program, whole: true}
	return r
}

func newRecorder(program *rv.Program, start State, opts Options) *Recorder {
	b := opts.Buffers
	if b == nil {
		b = new(Buffers)
	}
	r := &Recorder{program: program, limit: opts.GasLimit, max: opts.MaxCycles, buffers: b}
	if r.max == 0 || r.max > MaxCycles {
		r.max = MaxCycles
	}
	r.memory.tables, b.tables = b.tables, nil
	if r.memory.tables == nil {
		r.memory.tables = newTimedTables()
	}
	r.memory.spare, b.pages = b.pages, nil
	for _, c := range program.Code.Pieces() {
		r.windows = append(r.windows, window{c.Start, withoutZero(lower(&c)), make([]bool, len(c.Insts))})
	}
	r.jump(start.PC)
	for i, v := range start.Registers {
		r.x[i].v = v
	}
	return r
}

// PC returns the address of the next instruction.
func (r *Recorder) PC() uint32 { return r.base + 4*r.next }

// Cycles returns the number of cycles since the start of the run.
func (r *Recorder) Cycles() uint64 { return r.done }

// Registers returns the register slots between segments.
func (r *Recorder) Registers() (v [NumSlots]uint32) {
	for i := range v {
		v[i] = r.x[i].v
	}
	return v
}

// Recycle takes the records of a trace back, to use their memory again.
func (r *Recorder) Recycle(t *Trace) { r.buffers.Recycle(t) }

// Release ends the use of the recorder and gives its memory to Options.Buffers. Traces
// stay valid.
func (r *Recorder) Release() {
	r.memory.clear()
	r.buffers.pages, r.buffers.tables = r.memory.spare, r.memory.tables
	r.memory.spare, r.memory.tables = nil, nil
	r.ended = true
}

// jump goes to pc, in the window that has it if there is one.
func (r *Recorder) jump(pc uint32) {
	i, found := slices.BinarySearchFunc(r.windows, pc, func(w window, pc uint32) int {
		return int(int64(w.base) - int64(pc))
	})
	if !found && i > 0 {
		i--
	}
	if len(r.windows) > 0 {
		r.window = r.windows[i]
	}
	r.next = (pc - r.base) / 4
}

// Run records the run to its end, in one segment. It stops with an error when ctx is
// cancelled, and with ErrTooManyCycles when the run doesn't end within
// Options.MaxCycles. A recorder runs once.
func (r *Recorder) Run(ctx context.Context) (*Trace, error) {
	if r.ended {
		return nil, ErrUsed
	}
	t, err := r.segment(ctx, r.max, timedPages)
	if err == nil && !t.Ended {
		err = fmt.Errorf("%w: more than %d cycles", ErrTooManyCycles, r.max)
	}
	r.ended = true
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Segment records at most n further cycles, and at most MaxCycles. It stops before that
// if the run ends, also if it ends without a further cycle right behind the last one, and
// if the segment would touch more than MaxTouched pages. When ctx is cancelled it returns
// an error, and the recorder is as it was before the call. After the end it returns
// ErrUsed.
func (r *Recorder) Segment(ctx context.Context, n uint64) (*Trace, error) {
	if r.ended {
		return nil, ErrUsed
	}
	return r.segment(ctx, min(n, MaxCycles), MaxTouched)
}

func (r *Recorder) segment(ctx context.Context, n uint64, pages int) (*Trace, error) {
	r.start = State{r.PC(), r.Registers()}
	r.records, r.second, r.misaligned = Records{}, nil, 0
	r.memory.most = pages
	for {
		cycles := uint64(r.records.n)
		gas := r.limit - r.done
		if stop := min(n, gas); cycles < stop {
			at := r.records.n % chunkRecords
			if at == 0 && r.records.n/chunkRecords == len(r.records.chunks) {
				if err := ctx.Err(); err != nil {
					r.cancel()
					return nil, fmt.Errorf("exec: recording cancelled after %d cycles: %w", r.done+cycles, err)
				}
				r.records.chunks = append(r.records.chunks, r.buffers.chunk())
			}
			to := at + int(min(stop-cycles, uint64(chunkRecords-at)))
			done := r.loop(r.records.chunks[len(r.records.chunks)-1], at, to)
			r.records.n += done - at
			if done == to {
				continue
			}
			cycles = uint64(r.records.n)
		}
		if r.inner && cycles == n {
			return r.finish(Exit{}, nil, false), nil
		}
		exit, trapped, outcome := r.step(cycles < gas, cycles < n)
		if outcome != completed {
			return r.finish(exit, trapped, outcome == ends), nil
		}
	}
}

// cancel goes back to the start of the segment.
func (r *Recorder) cancel() {
	r.buffers.recycle(&r.records)
	r.memory.clear()
	r.reset(&r.start)
}

// reset starts a segment in a state.
func (r *Recorder) reset(s *State) {
	for i := range r.windows {
		clear(r.windows[i].decoded)
	}
	for i, v := range s.Registers {
		r.x[i] = cell{v: v}
	}
	r.jump(s.PC)
}

// Rewind goes back to the start of the segment recorded last, of which t is the trace.
// Repeated, it goes back further. The error is ErrRewind.
func (r *Recorder) Rewind(t *Trace) error {
	if r.machine == nil || t.Cycles > r.done || t.EndPC != r.PC() || t.Registers != r.Registers() {
		return ErrRewind
	}
	for i := range t.Blocks {
		if b := &t.Blocks[i]; b.Initial != b.Final {
			r.machine.memory.setBlock(b.Index, &b.Initial)
		}
	}
	r.done -= t.Cycles
	r.ended = false
	r.reset(&t.Start)
	return nil
}

// Skip runs n cycles, or to the end of the run if that comes first, without recording.
// When ctx is cancelled it returns an error; the cycles until then are done. It is not for
// recorders of a part.
func (r *Recorder) Skip(ctx context.Context, n uint64) (ended bool, err error) {
	if r.ended {
		return true, nil
	}
	m := r.machine
	m.next = (r.PC() - r.program.Code.Start) / 4
	for i := range NumSlots {
		m.x[i] = r.x[i].v
	}
	m.cycles, m.limit = r.done, r.limit
	ended, err = m.RunTo(ctx, r.done+min(n, r.limit-r.done))
	r.done = m.cycles
	s := State{PC: m.PC()}
	copy(s.Registers[:], m.x[:])
	r.reset(&s)
	r.ended = ended
	return ended, err
}

// outcome is what step did.
type outcome int

const (
	completed outcome = iota
	ends              // the run ended, the instruction being completed or not
	stays             // nothing: the segment ends before the instruction
)

// step is Machine.step with recording. trapped is as in Trace.Trap. If the instruction
// would complete it is done only if more is set.
func (r *Recorder) step(gas, more bool) (exit Exit, trapped *Record, o outcome) {
	pc := r.PC()
	if r.next >= uint32(len(r.ops)) && len(r.windows) > 1 {
		r.jump(pc)
	}
	in, refusal, ok := fetch(r.program, pc, gas)
	if !ok {
		r.mark()
		if refusal.Kind == Trap {
			trapped = &Record{PC: pc}
		}
		return refusal, trapped, ends
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
			if r.memory.full {
				return Exit{}, nil, stays
			}
			e = trap(cause, pc, e.addr)
		}
	}
	if e.ends && e.exit.Kind == Trap {
		r.mark()
		return e.exit, &rec, ends
	}
	if !more {
		return Exit{}, nil, stays
	}

	r.mark()
	if in.ComparesWithZero() {
		reads2, rec.B, rec.TsB = false, 0, 0
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
		return e.exit, nil, ends
	}
	r.next = (e.next - r.base) / 4
	return Exit{}, nil, completed
}

// mark notes that the next instruction was decoded.
func (r *Recorder) mark() {
	if r.next < uint32(len(r.decoded)) {
		r.decoded[r.next] = true
	}
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
	first.ts = memoryTime(now)
	if second != nil {
		*second = cell{hi.v, memoryTime(now)}
	}
}

// finish makes the trace of the segment and goes on to the next one.
func (r *Recorder) finish(exit Exit, trapped *Record, ended bool) *Trace {
	t := &Trace{
		Start:   r.start,
		Records: r.records,
		Second:  r.second,
		Ended:   ended,
		Result:  Result{Exit: exit, Cycles: uint64(r.records.n), MisalignedAccesses: r.misaligned},
		EndPC:   r.PC(),
		Trap:    trapped,
	}
	for i := range NumSlots {
		t.Registers[i], t.RegisterTs[i] = r.x[i].v, r.x[i].ts
	}
	t.ExecutedCode = r.executed(exit)
	t.Blocks = mergeCode(r.memory.blocks(nil), t.ExecutedCode, r.program)
	if r.machine != nil {
		for i := range t.Blocks {
			if b := &t.Blocks[i]; b.Initial != b.Final {
				r.machine.memory.setBlock(b.Index, &b.Final)
			}
		}
		if ended {
			t.Output = output(r.machine.memory.peek)
		}
	}
	r.records, r.second = Records{}, nil
	r.memory.clear()
	r.done += t.Cycles
	r.ended = ended
	r.reset(&State{t.EndPC, t.Registers})
	return t
}

// executed lists the decoded code words.
func (r *Recorder) executed(exit Exit) []uint32 {
	var list []uint32
	start := r.program.Code.Start
	for _, w := range r.windows {
		first := (w.base - start) / 4
		for i, is := range w.decoded {
			if is {
				list = append(list, first+uint32(i))
			}
		}
	}
	// A run can end at one of the zero words that the file doesn't have.
	if exit.Kind == Trap && exit.Cause == CauseIllegal && r.next >= uint32(len(r.decoded)) {
		i := (r.PC() - start) / 4
		at, _ := slices.BinarySearch(list, i)
		list = slices.Insert(list, at, i)
	}
	return list
}

// mergeCode adds to blocks those of the decoded code words.
func mergeCode(blocks []Block, code []uint32, program *rv.Program) []Block {
	var missing []Block
	at := 0
	for _, i := range code {
		index := (program.Code.Start + 4*i) / rv.BlockSize
		if n := len(missing); n > 0 && missing[n-1].Index == index {
			continue
		}
		for at < len(blocks) && blocks[at].Index < index {
			at++
		}
		if at < len(blocks) && blocks[at].Index == index {
			continue
		}
		words := program.Image.Words(index)
		missing = append(missing, Block{Index: index, Initial: words, Final: words})
	}
	if len(missing) == 0 {
		return blocks
	}
	all := make([]Block, 0, len(blocks)+len(missing))
	for _, b := range missing {
		n, _ := slices.BinarySearchFunc(blocks, b.Index, func(b Block, i uint32) int { return int(int64(b.Index) - int64(i)) })
		all = append(append(all, blocks[:n]...), b)
		blocks = blocks[n:]
	}
	return append(all, blocks...)
}
