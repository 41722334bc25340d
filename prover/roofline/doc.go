// Package roofline says how fast a proof could be: it counts the work that a layout asks
// for, measures how fast the prover's kernels do such work when nothing else hinders
// them, and gives the time that the counted work would take at that speed.
//
//	kernels.go   kinds of work
//	count.go     the work of each part of a proof, from its layout
//	hashes.go    compressions of trees
//	calibrate.go speed of the kernels
package roofline
