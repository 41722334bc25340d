package proof

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
)

// ErrEncoding marks bytes that are no canonical encoding of a proof.
var ErrEncoding = errors.New("proof: bad encoding")

// MaxSegment is the largest size of an encoded segment in bytes.
const MaxSegment = 1 << 28

// Limits of the decoder. They lie above everything that a verifier accepts.
const (
	maxInstances = 255
	maxLayers    = 32
)

type encoder struct {
	b  []byte
	id hash.ID
}

func (e *encoder) u8(v uint8)   { e.b = append(e.b, v) }
func (e *encoder) u32(v uint32) { e.b = binary.LittleEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64) { e.b = binary.LittleEndian.AppendUint64(e.b, v) }

func (e *encoder) bytes(v []byte) {
	e.u32(uint32(len(v)))
	e.b = append(e.b, v...)
}

func (e *encoder) digests(id hash.ID, v []hash.Digest) {
	e.u32(uint32(len(v)))
	for _, d := range v {
		e.b = d.Append(e.b, id)
	}
}

func (e *encoder) elements(v []field.M31) {
	e.u32(uint32(len(v)))
	for _, x := range v {
		e.u32(uint32(x))
	}
}

func (e *encoder) exts(v []field.E) {
	e.u32(uint32(len(v)))
	for _, x := range v {
		for _, c := range x.Coords() {
			e.u32(uint32(c))
		}
	}
}

func (e *encoder) rows(v merkle.Rows) {
	e.u32(uint32(len(v)))
	for _, r := range v {
		e.elements(r)
	}
}

func (e *encoder) header(h *abi.Header) {
	b, _ := h.AppendBinary(nil)
	e.bytes(b)
}

func (e *encoder) exit(x abi.Exit) {
	e.u8(uint8(x.Kind))
	e.u32(x.Code)
	e.u32(x.Cause)
	e.u32(x.PC)
	e.u32(x.Value)
}

func (e *encoder) run(r *Run) {
	e.header(&r.Header)
	e.b = r.Image.Append(e.b, hash.Poseidon2)
	e.b = r.InputDigest.Append(e.b, hash.Poseidon2)
	e.u64(r.GasLimit)
	e.u64(r.GasUsed)
	e.exit(r.Exit)
	e.bytes(r.Output.Blocks)
	e.digests(hash.Poseidon2, r.Output.Frontier)
	e.u32(r.Segments)
}

func (e *encoder) state(s *State) {
	e.u32(s.PC)
	for _, q := range s.Quarters {
		e.b = q.Append(e.b, hash.Poseidon2)
	}
}

func (e *encoder) instances(v []Instance) {
	e.u32(uint32(len(v)))
	for _, i := range v {
		e.u8(i.Chip)
		e.u8(i.LogHeight)
	}
}

func (e *encoder) statement(s *Statement) {
	e.b = s.Run.Append(e.b, hash.Blake2s)
	e.header(&s.Header)
	e.u32(s.Index)
	e.state(&s.Before)
	e.state(&s.After)
	e.u64(s.Cycles)
	last := uint8(0)
	if s.Last {
		last = 1
	}
	e.u8(last)
	e.exit(s.Exit)
	e.u8(s.Opened)
	e.instances(s.Instances)
}

// step writes the part of a statement that its place doesn't give.
func (e *encoder) step(s *Statement) {
	e.u64(s.Cycles)
	e.u8(s.Opened)
	if !s.Last {
		e.u32(s.After.PC)
		for q, d := range s.After.Quarters {
			if s.Opened>>q&1 == 1 {
				e.b = d.Append(e.b, hash.Poseidon2)
			}
		}
	}
	e.instances(s.Instances)
}

// Append appends the encoding of the segment's proof, whose digests are of the hash. What
// its place in the run gives isn't part of it; digests of quarters that aren't opened are
// those before.
func (s *Segment) Append(b []byte, id hash.ID) []byte {
	e := encoder{b: slices.Grow(b, s.room(id)), id: id}
	e.step(&s.Statement)
	for _, c := range s.Caps[Main:] {
		e.digests(id, c)
	}
	e.exts(s.Sums)
	e.exts(s.Values)
	e.u64(s.BatchNonce)
	e.u32(uint32(len(s.FRI.Caps)))
	for _, c := range s.FRI.Caps {
		e.digests(id, c)
	}
	e.exts(s.FRI.Last)
	e.u64(s.FRI.Nonce)
	e.u32(uint32(len(s.FRI.Layers)))
	for _, l := range s.FRI.Layers {
		e.elements(l.Rows)
		e.digests(id, l.Proof.Nodes)
	}
	for _, o := range s.Openings {
		e.rows(o.Rows)
		e.digests(id, o.Nodes)
	}
	return e.b
}

// room is about the length of the encoding: what a statement and counts take is estimated.
func (s *Segment) room(id hash.ID) int {
	const element, ext, counts = 4, 4 * field.Degree, 4096
	n, nodes := counts, 0
	n += ext * (len(s.Sums) + len(s.Values) + len(s.FRI.Last))
	for _, c := range s.Caps {
		nodes += len(c)
	}
	for _, c := range s.FRI.Caps {
		nodes += len(c)
	}
	for _, l := range s.FRI.Layers {
		n += element * len(l.Rows)
		nodes += len(l.Proof.Nodes)
	}
	for _, o := range s.Openings {
		for _, r := range o.Rows {
			n += element * len(r)
		}
		nodes += len(o.Nodes)
	}
	return n + nodes*len(hash.Digest{}.Append(nil, id))
}

type decoder struct {
	b   []byte
	at  int
	err error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: at byte %d: %s", ErrEncoding, d.at, what)
	}
}

// take returns the next n bytes, or nil after an error.
func (d *decoder) take(n int, what string) []byte {
	if d.err != nil {
		return nil
	}
	if n > len(d.b)-d.at {
		d.fail(fmt.Sprintf("%s needs %d bytes, %d are left", what, n, len(d.b)-d.at))
		return nil
	}
	v := d.b[d.at : d.at+n]
	d.at += n
	return v
}

func (d *decoder) u8(what string) uint8 {
	if v := d.take(1, what); v != nil {
		return v[0]
	}
	return 0
}

func (d *decoder) u32(what string) uint32 {
	if v := d.take(4, what); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

func (d *decoder) u64(what string) uint64 {
	if v := d.take(8, what); v != nil {
		return binary.LittleEndian.Uint64(v)
	}
	return 0
}

// count reads a length and checks that so many items of the size fit what is left.
func (d *decoder) count(size int, what string) int {
	n := d.u32("length of " + what)
	// Compared as 64 bits: an int may have 32.
	if d.err == nil && uint64(n) > uint64((len(d.b)-d.at)/size) {
		d.fail(fmt.Sprintf("%s has %d items, more than the bytes left can hold", what, n))
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(what string) []byte {
	v := d.take(d.count(1, what), what)
	if len(v) == 0 {
		return nil
	}
	return append([]byte(nil), v...)
}

func (d *decoder) digest(id hash.ID, what string) hash.Digest {
	v := d.take(id.DigestBytes(), what)
	if v == nil {
		return hash.Digest{}
	}
	x, err := hash.DecodeDigest(v, id)
	if err != nil {
		d.fail(what + ": " + err.Error())
	}
	return x
}

func (d *decoder) digests(id hash.ID, what string) []hash.Digest {
	n := d.count(id.DigestBytes(), what)
	if n == 0 {
		return nil
	}
	v := make([]hash.Digest, n)
	for i := range v {
		v[i] = d.digest(id, what)
	}
	return v
}

func (d *decoder) element(what string) field.M31 {
	v := d.take(4, what)
	if v == nil {
		return 0
	}
	x, err := field.DecodeM31(v)
	if err != nil {
		d.fail(what + ": " + err.Error())
	}
	return x
}

func (d *decoder) elements(what string) []field.M31 {
	n := d.count(4, what)
	if n == 0 {
		return nil
	}
	v := make([]field.M31, n)
	start := d.at
	b := d.take(4*n, what)
	for i := range v {
		x, err := field.DecodeM31(b[4*i : 4*i+4])
		if err != nil {
			d.at = start + 4*i + 4
			d.fail(what + ": " + err.Error())
			return nil
		}
		v[i] = x
	}
	return v
}

func (d *decoder) exts(what string) []field.E {
	n := d.count(4*field.Degree, what)
	if n == 0 {
		return nil
	}
	v := make([]field.E, n)
	for i := range v {
		var c [field.Degree]field.M31
		for k := range c {
			c[k] = d.element(what)
		}
		v[i] = field.FromCoords(c)
	}
	return v
}

func (d *decoder) rows(what string) merkle.Rows {
	n := d.count(4, what)
	if n > maxLayers {
		d.fail(fmt.Sprintf("%s has %d layers, at most %d are possible", what, n, maxLayers))
		return nil
	}
	if n == 0 {
		return nil
	}
	v := make(merkle.Rows, n)
	for i := range v {
		v[i] = d.elements(what)
	}
	return v
}

func (d *decoder) header() (h abi.Header) {
	b := d.bytes("program header")
	if d.err != nil {
		return h
	}
	h, err := abi.ParseHeader(b)
	if err != nil {
		d.fail(err.Error())
	}
	return h
}

func (d *decoder) exit() (x abi.Exit) {
	x.Kind = abi.ExitKind(d.u8("exit kind"))
	x.Code = d.u32("exit code")
	x.Cause = d.u32("trap cause")
	x.PC = d.u32("exit pc")
	x.Value = d.u32("trap value")
	return x
}

func (d *decoder) run() (r Run) {
	r.Header = d.header()
	r.Image = d.digest(hash.Poseidon2, "image digest")
	r.InputDigest = d.digest(hash.Poseidon2, "input digest")
	r.GasLimit = d.u64("gas limit")
	r.GasUsed = d.u64("gas used")
	r.Exit = d.exit()
	r.Output.Blocks = d.bytes("output blocks")
	r.Output.Frontier = d.digests(hash.Poseidon2, "output frontier")
	r.Segments = d.u32("number of segments")
	return r
}

// step reads what encoder.step writes into a statement that its place has begun.
func (d *decoder) step(s *Statement) {
	s.Cycles = d.u64("cycles")
	s.Opened = d.u8("opened quarters")
	if s.Opened>>len(s.After.Quarters) != 0 {
		d.fail(fmt.Sprintf("opened quarters %#x, there are %d", s.Opened, len(s.After.Quarters)))
	}
	if !s.Last {
		s.After.PC = d.u32("pc")
		for q := range s.After.Quarters {
			if s.Opened>>q&1 == 1 {
				s.After.Quarters[q] = d.digest(hash.Poseidon2, "digest of a quarter")
			}
		}
	}
	n := d.count(2, "instances")
	if n > maxInstances {
		d.fail(fmt.Sprintf("%d instances, at most %d are possible", n, maxInstances))
		return
	}
	s.Instances = make([]Instance, n)
	for i := range s.Instances {
		s.Instances[i] = Instance{Chip: d.u8("chip"), LogHeight: d.u8("height")}
	}
}

// end fails if bytes are left.
func (d *decoder) end() {
	if d.err == nil && d.at != len(d.b) {
		d.fail(fmt.Sprintf("%d bytes left over", len(d.b)-d.at))
	}
}

// ParseStatement reads the statement that the segment at a place begins with, whatever
// follows it.
func ParseStatement(b []byte, at *Place) (Statement, error) {
	d := decoder{b: b}
	s := at.Statement()
	d.step(&s)
	if d.err != nil {
		return Statement{}, d.err
	}
	return s, nil
}

// ParseSegment reads the proof of the segment at a place. It accepts exactly the results
// of Segment.Append; whether the proof is any good is another question. Memory in use
// stays proportional to len(b).
func ParseSegment(b []byte, id hash.ID, at *Place) (*Segment, error) {
	if !id.Valid() {
		return nil, fmt.Errorf("%w: unknown hash %d", ErrEncoding, uint8(id))
	}
	if len(b) > MaxSegment {
		return nil, fmt.Errorf("%w: segment of %d bytes, at most %d are possible", ErrEncoding, len(b), MaxSegment)
	}
	d := decoder{b: b}
	p := &Segment{Statement: at.Statement()}
	d.step(&p.Statement)
	for t := Main; t < Trees; t++ {
		p.Caps[t] = d.digests(id, "cap")
	}
	p.Sums = d.exts("LogUp sums")
	p.Values = d.exts("out-of-domain values")
	p.BatchNonce = d.u64("batching nonce")
	n := d.count(4, "FRI caps")
	if n > maxLayers {
		d.fail(fmt.Sprintf("%d FRI layers, at most %d are possible", n, maxLayers))
	} else if n > 0 {
		p.FRI.Caps = make([][]hash.Digest, n)
	}
	for i := range p.FRI.Caps {
		p.FRI.Caps[i] = d.digests(id, "FRI cap")
	}
	p.FRI.Last = d.exts("last layer")
	p.FRI.Nonce = d.u64("query nonce")
	n = d.count(8, "FRI layers")
	if n > maxLayers {
		d.fail(fmt.Sprintf("%d FRI layers, at most %d are possible", n, maxLayers))
	} else if n > 0 {
		p.FRI.Layers = make([]fri.LayerOpening, n)
	}
	for i := range p.FRI.Layers {
		p.FRI.Layers[i].Rows = d.elements("FRI rows")
		p.FRI.Layers[i].Proof.Nodes = d.digests(id, "FRI nodes")
	}
	for t := range p.Openings {
		p.Openings[t].Rows = d.rows("opened rows")
		p.Openings[t].Nodes = d.digests(id, "nodes")
	}
	d.end()
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}
