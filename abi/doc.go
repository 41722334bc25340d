// Package abi says what a program and a run are to the outside: the address space of the
// guest ABI, the program header, the program id, the exit status and the claim that a
// proof makes. The verifier and the machine share it, so that the verifier never links
// the machine.
package abi
