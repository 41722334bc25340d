// Package rv32im is the machine as data: a chip for each family of RV32IM instructions,
// for traps, for decoding, for memory and its tree, and the tables that they look things
// up in. machine.go lists the chips, buses.go the buses that join them.
//
// Every executed instruction is one row of one chip. A row takes state(pc, clk) from the
// state bus, finds its instruction on the program bus, accesses registers and memory
// through the memory bus, and puts the next state back.
//
// A 32-bit value is a pair of 16-bit limbs. Limbs are range-checked where a value is
// written, so reads need no check. Program counters are word indices (pc/4, below 2^30),
// because every pc is a multiple of 4 and 32-bit numbers don't fit the field.
package rv32im
