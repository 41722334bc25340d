//go:build amd64 && !purego

package cpu

import "github.com/klauspost/cpuid/v2"

// detect reports whether the processor has the instructions and the system saves the
// registers.
func detect(k Kernels) bool {
	switch k {
	case AVX2:
		return cpuid.CPU.Supports(cpuid.AVX2)
	case AVX512:
		return cpuid.CPU.Supports(cpuid.AVX2, cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL)
	}
	return false
}
