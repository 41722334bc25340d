// Package journal keeps what is finished of a long computation in a work directory, so that
// a crash or an interrupt loses only what was in flight.
//
//	DIR/lock                  held while a process works in the directory
//	DIR/run.json              what the work belongs to, readable
//	DIR/plan                  how the work is cut into segments
//	DIR/segment-000001.proof  finished segments, numbered from 1
//
// Each file but lock and run.json is a frame: eight bytes of magic, the content, and the
// SHA-256 digest of the file's name, a zero byte and the content. The name is in the digest
// so that a file that was renamed counts as damaged. Files are written under a temporary
// name, synced and renamed, and the directory is synced: a file is there as a whole or not
// at all. What the contents mean is for the caller to know and to check; a digest only
// guards against accidents.
package journal
