// Package verifier decides whether a proof is accepted and says what it claims. It is the
// normative description of the protocol in code: straight-line, without goroutines,
// without the machine, and small enough to be read in one sitting.
//
//	key.go        what a verifier knows beforehand
//	layout.go     which column stands where
//	chain.go      the segments of a run
//	statement.go  what a segment puts on the buses
//	constraints.go the out-of-domain check
//	deep.go       the quotients that the low-degree test is about
//	verify.go     the protocol, for one segment
package verifier
