//go:build !amd64 || purego

package cpu

// detect reports false: this build has no assembly.
func detect(Kernels) bool { return false }
