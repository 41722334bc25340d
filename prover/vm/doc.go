// Package vm evaluates the constraint DAG of package air over blocks of rows. A DAG is
// compiled once into a short program of vector instructions whose operands are columns,
// scalars and registers of one block each; running it touches every row of a block
// instruction by instruction, with the kernels of package vec, while the registers stay
// in the second-level cache. No constraint code is generated.
package vm
