// Package amd64 encodes the x86-64 instructions that the recompiler uses (Intel 64
// and IA-32 Architectures Software Developer's Manual, volume 2). It runs anywhere:
// it writes bytes.
package amd64
