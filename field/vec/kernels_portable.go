//go:build !amd64 || purego

package vec

import "github.com/orrery/orrery/field"

// Without assembly there are no vectors: nothing is done before the portable twins.

func vectorAdd(_, _, _ []field.M31) int                                      { return 0 }
func vectorSub(_, _, _ []field.M31) int                                      { return 0 }
func vectorMul(_, _, _ []field.M31) int                                      { return 0 }
func vectorMulAdd(_, _, _ []field.M31) int                                   { return 0 }
func vectorRepeat(_, _ []field.M31) int                                      { return 0 }
func vectorNeg(_, _ []field.M31) int                                         { return 0 }
func vectorAddConst(_, _ []field.M31, _ field.M31) int                       { return 0 }
func vectorMulConst(_, _ []field.M31, _ field.M31) int                       { return 0 }
func vectorMulAddConst(_, _ []field.M31, _ field.M31) int                    { return 0 }
func vectorForward(_, _ []field.M31, _ field.M31) int                        { return 0 }
func vectorInverse(_, _ []field.M31, _ field.M31) int                        { return 0 }
func vectorForward4(_, _, _ []field.M31) int                                 { return 0 }
func vectorInverse4(_, _, _ []field.M31) int                                 { return 0 }
func vectorForward4To(_, _ *Quarters, _, _, _ field.M31) int                 { return 0 }
func vectorInverse4To(_, _ *Quarters, _, _, _ field.M31) int                 { return 0 }
func vectorForwardTail(_, _, _, _, _, _ []field.M31) int                     { return 0 }
func vectorInverseTail(_, _, _, _, _, _, _, _ []field.M31, _ uint) int       { return 0 }
func vectorMulE(_, _, _ *Planes) int                                         { return 0 }
func vectorMulConstE(_, _ *Planes, _ field.E) int                            { return 0 }
func vectorAccConsts(*Planes, *Planes, [][]field.M31, []field.E) int         { return 0 }
func vectorSumConsts(_ *Planes, _ field.E, _ [][]field.M31, _ []field.E) int { return 0 }
func vectorDot(_, _ []field.M31) (field.M31, int)                            { return 0, 0 }
func vectorDotE(_ []field.M31, _ *Planes) (field.E, int)                     { return field.E{}, 0 }
func vectorBatchInverse(_, _, _ []field.M31) int                             { return 0 }
func vectorAdjugate(_ *Planes, _ []field.M31, _ *Planes) int                 { return 0 }
