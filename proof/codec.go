package proof

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
)

// ErrEncoding marks bytes that are no canonical encoding of a proof.
var ErrEncoding = errors.New("proof: bad encoding")

// magic begins every proof.
const magic = "ORRERY\x00\x01"

// Limits of the decoder. They lie above everything that a verifier accepts.
const (
	maxSize      = 1 << 28
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

func (e *encoder) statement(s *Statement) {
	header, _ := s.Header.AppendBinary(nil)
	e.bytes(header)
	e.b = s.Image.Append(e.b, hash.Poseidon2)
	e.b = s.InputDigest.Append(e.b, hash.Poseidon2)
	e.u64(s.GasLimit)
	e.u64(s.GasUsed)
	e.u8(uint8(s.Exit.Kind))
	e.u32(s.Exit.Code)
	e.u32(s.Exit.Cause)
	e.u32(s.Exit.PC)
	e.u32(s.Exit.Value)
	e.bytes(s.Output.Blocks)
	e.digests(hash.Poseidon2, s.Output.Frontier)
	e.u8(s.Opened)
	e.u32(uint32(len(s.Instances)))
	for _, i := range s.Instances {
		e.u8(i.Chip)
		e.u8(i.LogHeight)
	}
}

// Encode is the canonical encoding of a statement, which the transcript absorbs.
func (s *Statement) Encode() []byte {
	var e encoder
	e.statement(s)
	return e.b
}

// Encode is the canonical encoding of the proof.
func (p *Proof) Encode() []byte {
	e := encoder{id: p.Hash}
	e.b = append(e.b, magic...)
	e.u32(Version)
	e.u8(p.Profile)
	e.u8(uint8(p.Hash))
	e.statement(&p.Statement)
	for _, c := range p.Caps[Main:] {
		e.digests(p.Hash, c)
	}
	e.exts(p.Sums)
	e.exts(p.Values)
	e.u64(p.BatchNonce)
	e.u32(uint32(len(p.FRI.Caps)))
	for _, c := range p.FRI.Caps {
		e.digests(p.Hash, c)
	}
	e.exts(p.FRI.Last)
	e.u64(p.FRI.Nonce)
	e.u32(uint32(len(p.FRI.Layers)))
	for _, l := range p.FRI.Layers {
		e.elements(l.Rows)
		e.digests(p.Hash, l.Proof.Nodes)
	}
	for _, o := range p.Openings {
		e.rows(o.Rows)
		e.digests(p.Hash, o.Nodes)
	}
	return e.b
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
	for i := range v {
		v[i] = d.element(what)
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

func (d *decoder) statement() (s Statement) {
	header := d.bytes("program header")
	if d.err == nil {
		h, err := abi.ParseHeader(header)
		if err != nil {
			d.fail(err.Error())
		}
		s.Header = h
	}
	s.Image = d.digest(hash.Poseidon2, "image digest")
	s.InputDigest = d.digest(hash.Poseidon2, "input digest")
	s.GasLimit = d.u64("gas limit")
	s.GasUsed = d.u64("gas used")
	s.Exit.Kind = abi.ExitKind(d.u8("exit kind"))
	s.Exit.Code = d.u32("exit code")
	s.Exit.Cause = d.u32("trap cause")
	s.Exit.PC = d.u32("exit pc")
	s.Exit.Value = d.u32("trap value")
	s.Output.Blocks = d.bytes("output blocks")
	s.Output.Frontier = d.digests(hash.Poseidon2, "output frontier")
	s.Opened = d.u8("opened quarters")
	n := d.count(2, "instances")
	if n > maxInstances {
		d.fail(fmt.Sprintf("%d instances, at most %d are possible", n, maxInstances))
		return s
	}
	s.Instances = make([]Instance, n)
	for i := range s.Instances {
		s.Instances[i] = Instance{Chip: d.u8("chip"), LogHeight: d.u8("height")}
	}
	return s
}

// Kind reads the profile and the hash that a proof was made for, from its first bytes.
func Kind(b []byte) (profile uint8, id hash.ID, err error) {
	d := decoder{b: b}
	if string(d.take(len(magic), "magic")) != magic && d.err == nil {
		d.fail("this is no Orrery proof")
	}
	if v := d.u32("version"); d.err == nil && v != Version {
		d.fail(fmt.Sprintf("version %d, only %d is known", v, Version))
	}
	profile, id = d.u8("profile"), hash.ID(d.u8("hash"))
	if d.err == nil && !id.Valid() {
		d.fail(fmt.Sprintf("unknown hash %d", uint8(id)))
	}
	return profile, id, d.err
}

// prefix is the number of bytes that Kind reads.
const prefix = len(magic) + 4 + 2

// Decode reads a proof. It accepts exactly the results of Encode; whether the proof is
// any good is another question. Memory in use stays proportional to len(b).
func Decode(b []byte) (*Proof, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are possible", ErrEncoding, len(b), maxSize)
	}
	profile, id, err := Kind(b)
	if err != nil {
		return nil, err
	}
	d := decoder{b: b, at: prefix}
	p := &Proof{Profile: profile, Hash: id, Statement: d.statement()}
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
	if d.err == nil && d.at != len(b) {
		d.fail(fmt.Sprintf("%d bytes left over", len(b)-d.at))
	}
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}
