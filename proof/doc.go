// Package proof is the structure of a proof and its canonical encoding: every proof has
// one byte string, and Decode accepts nothing else. Lengths are checked against the bytes
// that are left before memory is taken.
package proof
