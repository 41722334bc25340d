package main

import (
	"fmt"
	"iter"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
)

// loadProgram reads and checks a guest program.
func (s *session) loadProgram(what string, path fileName, memory byteSize) (*rv.Program, error) {
	if memory == 0 || memory%abi.PageSize != 0 {
		return nil, usagef("--memory: %d bytes is no positive multiple of 64KiB", memory)
	}
	elf, err := s.readFile(what, path, maxProgram)
	if err != nil {
		return nil, err
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: uint64(memory)})
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", what, path, err)
	}
	return p, nil
}

// readInput reads the guest's input; no file means an empty one.
func (s *session) readInput(path fileName) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	return s.readFile("--input", path, abi.MaxInput)
}

// programID computes the id of a program.
func (s *session) programID(p *rv.Program) (abi.ID, error) {
	image, err := s.quarter(0, func(yield func(memtree.Block) bool) {
		for _, b := range p.Image {
			if !yield(memtree.Block{Index: b.Index, Words: b.Words}) {
				return
			}
		}
	})
	if err != nil {
		return abi.ID{}, err
	}
	encoded, err := p.Header.AppendBinary(nil)
	if err != nil {
		return abi.ID{}, err
	}
	header, err := abi.ParseHeader(encoded)
	if err != nil {
		return abi.ID{}, err
	}
	return abi.ProgramID(&header, image), nil
}

// inputDigest computes the digest of an input.
func (s *session) inputDigest(input []byte) (hash.Digest, error) {
	return s.quarter(memtree.InputQuarter, memtree.InputBlocks(input))
}

// quarter hashes a quarter of the memory tree until it is interrupted: an input of a
// gigabyte takes minutes.
func (s *session) quarter(q uint32, blocks iter.Seq[memtree.Block]) (hash.Digest, error) {
	d, err := memtree.Hash(q, func(yield func(memtree.Block) bool) {
		for b := range blocks {
			if s.ctx.Err() != nil || !yield(b) {
				return
			}
		}
	})
	if s.ctx.Err() != nil {
		return hash.Digest{}, s.ctx.Err()
	}
	return d, err
}
