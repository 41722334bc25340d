// Package rv holds the guest machine as data: the instruction set (RV32IM), the
// ELF loader that turns a file into a checked Program, and the memory regions.
//
// The rules are those of the guest ABI, version 1. Whoever executes a Program
// (rv/exec) or proves a run of it relies on what Load has checked and looks at
// nothing else of the file.
package rv
