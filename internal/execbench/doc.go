// Package execbench measures how fast programs run: the same C programs on this
// module's engines, in a WebAssembly engine, under qemu and as native code of the
// host. All engines take turns, so that what disturbs the host disturbs all alike, and
// times are the processor's, not the clock's on the wall.
package execbench
