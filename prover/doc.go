// Package prover makes proofs: it cuts a run into segments, records each, turns it into
// tables, commits to them, and answers the challenges that package verifier draws.
//
//	prove.go       from a program and an input to a checked proof
//	plan.go        where a run is cut into segments
//	memory.go      what memory a segment needs
//	pipeline.go    segments proven side by side, fed by feed.go and cutter.go
//	chain.go       segments put together to a proof
//	segment.go     the proof of one segment
//	observer.go    who is told of all that
//	protocol.go    the protocol's steps, in the verifier's order
//	columns.go     interpolation, extension and commitment of columns
//	interaction.go LogUp columns
//	compose.go     the composition polynomial
//	open.go        out-of-domain values and DEEP quotients
//	preprocessed.go the tree that belongs to the key
//	workspace.go what proofs made one after the other share
//	phases.go      what takes how long
//
// All results are independent of the number of threads.
package prover
