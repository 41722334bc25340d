// Package trace turns a recorded run into the tables that the prover commits to: one
// file for each chip family, with the names of package air/rv32im.
//
// Fill functions write the main columns of one row each. Multiplicities of look-up
// tables are not written by hand: they are counted from the messages of the compiled
// chips, so that what a chip looks up is written once.
package trace
