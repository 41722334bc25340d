// Package proof is the structure of a proof and its canonical encoding: every proof has
// one byte string, and the decoders accept nothing else. Lengths are checked against the
// bytes that are left before memory is taken.
//
// A proof is about a Run, which is cut into segments. It begins with a Head; the segments
// follow, each with a proof of its own. What a segment's Place in the run gives of its
// Statement isn't encoded. Whoever reads a proof front to back needs one segment at a time:
//
//	ReadHead, Run.First, then NextSegment, ParseSegment, Place.Next for each, and End
package proof
