package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

// MinLogHeight is log2 of the least height of a table. Smaller tables would save padding,
// but cost queries: they are lifted further (see docs/security.md).
const MinLogHeight = 7

// MaxCopies is the number of tables that one chip may have in a proof. Two tables of
// different heights waste less padding than one.
const MaxCopies = 3

// Numbers of the chips, which name them in proofs.
const (
	ChipAdd = iota
	ChipAddInPlace
	ChipAddi
	ChipAddiInPlace
	ChipBitwise
	ChipBitwiseInPlace
	ChipBitwiseImm
	ChipShift
	ChipShiftLogicImm
	ChipShiftArithImm
	ChipCompare
	ChipCompareImm
	ChipConst
	ChipBranchEq
	ChipBranchZero
	ChipBranchLess
	ChipBranchLessUnsigned
	ChipJalr
	ChipLoadWord
	ChipLoadSmall
	ChipLoadMisaligned
	ChipStoreWord
	ChipStoreSmall
	ChipStoreMisaligned
	ChipMul
	ChipMulh
	ChipDiv
	ChipEcall
	ChipTrapOp
	ChipTrapBranchEq
	ChipTrapBranchLess
	ChipTrapBranchLessUnsigned
	ChipTrapJalr
	ChipTrapMemory
	ChipDecode
	ChipRegion
	ChipRefresh
	ChipPage
	ChipNode
	ChipPoseidon2
	ChipConstants
	ChipTable
	NumChips
)

// Machine is the machine's list of chips, compiled. It is immutable.
type Machine struct {
	Chips [NumChips]air.Chip
	AIRs  []*air.AIR
}

// chips makes all chips, in the order of their numbers.
func chips() [NumChips]air.Chip {
	return [NumChips]air.Chip{
		ChipAdd:                    NewAdd(false),
		ChipAddInPlace:             NewAdd(true),
		ChipAddi:                   NewAddi(false),
		ChipAddiInPlace:            NewAddi(true),
		ChipBitwise:                NewBitwise(false),
		ChipBitwiseInPlace:         NewBitwise(true),
		ChipBitwiseImm:             NewBitwiseImm(),
		ChipShift:                  NewShifter(),
		ChipShiftLogicImm:          NewShiftImm(false),
		ChipShiftArithImm:          NewShiftImm(true),
		ChipCompare:                NewCompare(false),
		ChipCompareImm:             NewCompare(true),
		ChipConst:                  NewConst(),
		ChipBranchEq:               NewBranchEq(false),
		ChipBranchZero:             NewBranchZero(),
		ChipBranchLess:             NewBranchLess(false, false),
		ChipBranchLessUnsigned:     NewBranchLess(true, false),
		ChipJalr:                   NewJalr(false),
		ChipLoadWord:               NewLoadWord(),
		ChipLoadSmall:              NewLoadSmall(),
		ChipLoadMisaligned:         NewLoadMisaligned(),
		ChipStoreWord:              NewStoreWord(),
		ChipStoreSmall:             NewStoreSmall(),
		ChipStoreMisaligned:        NewStoreMisaligned(),
		ChipMul:                    NewMul(),
		ChipMulh:                   NewMulh(),
		ChipDiv:                    NewDiv(),
		ChipEcall:                  NewEcall(),
		ChipTrapOp:                 NewTrapOp(),
		ChipTrapBranchEq:           NewBranchEq(true),
		ChipTrapBranchLess:         NewBranchLess(false, true),
		ChipTrapBranchLessUnsigned: NewBranchLess(true, true),
		ChipTrapJalr:               NewJalr(true),
		ChipTrapMemory:             NewTrapMemory(),
		ChipDecode:                 NewDecode(),
		ChipRegion:                 NewRegionPage(),
		ChipRefresh:                NewRefresh(),
		ChipPage:                   NewPage(),
		ChipNode:                   NewTreeNode(),
		ChipPoseidon2:              NewPoseidon2(),
		ChipConstants:              NewConstants(),
		ChipTable:                  NewTable(),
	}
}

// New compiles the machine.
func New() (*Machine, error) {
	m := &Machine{Chips: chips(), AIRs: make([]*air.AIR, NumChips)}
	for i, c := range m.Chips {
		a, err := air.Compile(c, NumPublics)
		if err != nil {
			return nil, fmt.Errorf("rv32im: %w", err)
		}
		m.AIRs[i] = a
	}
	return m, nil
}

// FixedLogHeight is log2 of the height of a chip with preprocessed columns, which every
// proof has exactly once; it is -1 for all other chips.
func (m *Machine) FixedLogHeight(chip int) int {
	switch chip {
	case ChipConstants:
		return ConstantsLog
	case ChipTable:
		return TableLog
	}
	return -1
}

// Preprocessed gives the preprocessed columns of a chip; nil if it has none.
func (m *Machine) Preprocessed(chip int) [][]field.M31 {
	switch c := m.Chips[chip].(type) {
	case *Constants:
		return c.Preprocessed()
	case *Table:
		return c.Preprocessed()
	}
	return nil
}
