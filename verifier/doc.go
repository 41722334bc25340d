// Package verifier decides whether a proof is accepted and says what it claims. It is the
// normative description of the protocol in code: straight-line, without goroutines,
// without the machine, and small enough to be read in one sitting.
//
//	key.go        what a verifier knows beforehand
//	layout.go     which column stands where
//	statement.go  what the claim puts on the buses
//	constraints.go the out-of-domain check
//	verify.go     the protocol
package verifier
