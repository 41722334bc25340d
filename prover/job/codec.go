package job

import (
	"encoding/binary"
	"fmt"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
)

// Version is the version of the encoding of jobs. It changes with proof.Version, too.
const Version = 1

const (
	// magic begins every job.
	magic = "ORRYJOB\x01"
	// MaxSize bounds an encoded job, in bytes.
	MaxSize = 1 << 29
	// zeroFlag marks the index of a block that is all zero; its words aren't encoded.
	zeroFlag = 1 << 31
)

// AppendBinary appends the canonical encoding of j to b, little endian:
//
//	8 bytes   magic, "ORRYJOB" 0x01
//	u32       version
//	u8 u8     profile, hash id
//	32 bytes  digest of the run
//	bytes     program header (u32 length and the bytes)
//	u32 u32   index of the segment, number of segments
//	u32       pc before
//	4 x 36    quarters before
//	u8        exit kind of the run
//	u32 x 4   exit code, trap cause, exit pc, trap value
//	36 bytes  output quarter at the end of the run
//	u64 u64   cycles, gas left
//	u32       number of blocks, and for each: u32 index, with bit 31 if all words are
//	          zero, else u32 x 16
//	36 each   siblings; their number follows from the indices
//
// The error is always nil.
func (j *Job) AppendBinary(b []byte) ([]byte, error) {
	le := binary.LittleEndian
	p := &j.Place
	b = append(b, magic...)
	b = le.AppendUint32(b, Version)
	b = append(b, uint8(j.Profile.ID()), uint8(j.Hash))
	b = p.Run.Append(b, hash.Blake2s)
	header, _ := p.Header.AppendBinary(nil)
	b = le.AppendUint32(b, uint32(len(header)))
	b = append(b, header...)
	b = le.AppendUint32(b, p.Index)
	b = le.AppendUint32(b, p.Segments)
	b = le.AppendUint32(b, p.Before.PC)
	for _, d := range p.Before.Quarters {
		b = d.Append(b, hash.Poseidon2)
	}
	b = append(b, uint8(p.Exit.Kind))
	for _, v := range [...]uint32{p.Exit.Code, p.Exit.Cause, p.Exit.PC, p.Exit.Value} {
		b = le.AppendUint32(b, v)
	}
	b = p.Output.Append(b, hash.Poseidon2)
	b = le.AppendUint64(b, j.Cycles)
	b = le.AppendUint64(b, j.GasLeft)
	b = le.AppendUint32(b, uint32(len(j.Blocks)))
	for i := range j.Blocks {
		x := &j.Blocks[i]
		if x.Words == ([rv.BlockWords]uint32{}) {
			b = le.AppendUint32(b, x.Index|zeroFlag)
			continue
		}
		b = le.AppendUint32(b, x.Index)
		for _, w := range x.Words {
			b = le.AppendUint32(b, w)
		}
	}
	for _, d := range j.Siblings {
		b = d.Append(b, hash.Poseidon2)
	}
	return b, nil
}

// reader takes fields off bytes, until the first error.
type reader struct {
	b   []byte
	at  int
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: at byte %d: %s", ErrEncoding, r.at, fmt.Sprintf(format, args...))
	}
}

// take returns the next n bytes, zeros after an error.
func (r *reader) take(n int) []byte {
	if r.err == nil && n > len(r.b)-r.at {
		r.fail("%d bytes needed, %d are left", n, len(r.b)-r.at)
	}
	if r.err != nil {
		return make([]byte, n)
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

func (r *reader) u8() uint8   { return r.take(1)[0] }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (r *reader) digest(id hash.ID) hash.Digest {
	d, err := hash.DecodeDigest(r.take(id.DigestBytes()), id)
	if err != nil {
		r.fail("%v", err)
	}
	return d
}

// maxHeader bounds the encoding of a program header.
const maxHeader = 1 << 10

// Parse reads what AppendBinary wrote, and nothing else. Whether the job is consistent is
// for Replay to say. Memory in use stays proportional to len(b).
func Parse(b []byte) (*Job, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are possible", ErrEncoding, len(b), MaxSize)
	}
	r := &reader{b: b}
	if string(r.take(len(magic))) != magic {
		r.fail("this is no Orrery job")
	}
	if v := r.u32(); v != Version {
		r.fail("version %d, only %d is known", v, Version)
	}
	j := &Job{}
	profile, err := soundness.ProfileByID(uint32(r.u8()))
	if err != nil {
		r.fail("%v", err)
	}
	j.Profile = profile
	if j.Hash = hash.ID(r.u8()); !j.Hash.Valid() {
		r.fail("unknown hash %d", uint8(j.Hash))
	}
	r.place(j)
	if j.Cycles = r.u64(); j.Cycles > MaxCycles {
		r.fail("%d cycles, at most %d are possible", j.Cycles, MaxCycles)
	}
	j.GasLeft = r.u64()
	r.blocks(j)
	if r.err == nil {
		n := memtree.CountSiblings(indices(j.Blocks))
		if size := hash.Poseidon2.DigestBytes(); len(b)-r.at != n*size {
			r.fail("%d bytes are left for %d siblings of %d", len(b)-r.at, n, size)
		} else {
			j.Siblings = make([]hash.Digest, n)
			for i := range j.Siblings {
				j.Siblings[i] = r.digest(hash.Poseidon2)
			}
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return j, nil
}

func (r *reader) place(j *Job) {
	p := &j.Place
	p.Run = r.digest(hash.Blake2s)
	n := r.u32()
	if n > maxHeader {
		r.fail("a program header of %d bytes", n)
		return
	}
	var err error
	if p.Header, err = abi.ParseHeader(r.take(int(n))); err != nil {
		r.fail("%v", err)
	}
	p.Index, p.Segments = r.u32(), r.u32()
	if p.Index >= p.Segments {
		r.fail("segment %d of %d", p.Index, p.Segments)
	}
	if p.Before.PC = r.u32(); p.Before.PC%4 != 0 {
		r.fail("the pc %#x is no multiple of 4", p.Before.PC)
	}
	for q := range p.Before.Quarters {
		p.Before.Quarters[q] = r.digest(hash.Poseidon2)
	}
	p.Exit = abi.Exit{Kind: abi.ExitKind(r.u8()), Code: r.u32(), Cause: r.u32(), PC: r.u32(), Value: r.u32()}
	p.Output = r.digest(hash.Poseidon2)
}

func (r *reader) blocks(j *Job) {
	n := r.u32()
	// Each block takes 4 bytes or more.
	if n > MaxBlocks || int(n) > (len(r.b)-r.at)/4 {
		r.fail("%d blocks", n)
		return
	}
	j.Blocks = make([]rv.Block, n)
	for i := range j.Blocks {
		x := &j.Blocks[i]
		index := r.u32()
		if x.Index = index &^ zeroFlag; x.Index >= 1<<memtree.LeafLevel || i > 0 && x.Index <= j.Blocks[i-1].Index {
			r.fail("block %#x at position %d", x.Index, i)
		}
		if index&zeroFlag == 0 {
			words := r.take(rv.BlockSize)
			for k := range x.Words {
				x.Words[k] = binary.LittleEndian.Uint32(words[4*k:])
			}
			if x.Words == ([rv.BlockWords]uint32{}) {
				r.fail("a block of zeros in full")
			}
		}
		if r.err != nil {
			return
		}
	}
}
