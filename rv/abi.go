package rv

import "github.com/orrery/orrery/abi"

// The address space and the header of a program are those of package abi, which the
// verifier shares.
type (
	Header   = abi.Header
	Kind     = abi.Kind
	Interval = abi.Interval
	Regions  = abi.Regions
)

// Addresses of the guest ABI, see package abi.
const (
	ABIVersion    = abi.ABIVersion
	PageSize      = abi.PageSize
	PageBits      = abi.PageBits
	NumPages      = abi.NumPages
	ProgramStart  = abi.ProgramStart
	ProgramEnd    = abi.ProgramEnd
	InputStart    = abi.InputStart
	InputEnd      = abi.InputEnd
	OutputStart   = abi.OutputStart
	OutputEnd     = abi.OutputEnd
	IOHeader      = abi.IOHeader
	MaxInput      = abi.MaxInput
	MaxOutput     = abi.MaxOutput
	DefaultMemory = abi.DefaultMemory
	MaxIntervals  = abi.MaxIntervals
)

// Kinds of pages, see package abi.
const (
	KindNone      = abi.KindNone
	KindCode      = abi.KindCode
	KindReadOnly  = abi.KindReadOnly
	KindReadWrite = abi.KindReadWrite
	KindInput     = abi.KindInput
	KindOutput    = abi.KindOutput
)

// ErrHeader marks a program header encoding that is not canonical.
var ErrHeader = abi.ErrHeader

// ParseHeader reads the canonical encoding of a program header.
func ParseHeader(b []byte) (Header, error) { return abi.ParseHeader(b) }
