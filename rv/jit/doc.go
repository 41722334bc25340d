// Package jit is the recompiler: it translates a guest program to x86-64 in time
// linear in its code, and executes it in a sandbox, to the cycle, the gas unit and
// the trap like the interpreter of rv/exec.
//
// Guest memory is a range of 4 GiB reserved for each machine, its regions are pages
// with the permissions of the region, and what doesn't lie in a region faults. The
// fault becomes the guest's trap: the package handles SIGSEGV where the program
// counter lies in translated code, and passes all other signals on to Go's runtime.
//
// It works on linux/amd64, built without the tag purego, on processors with BMI2;
// Supported tells. docs/decisions/recompiler.md says why it is made as it is.
package jit
