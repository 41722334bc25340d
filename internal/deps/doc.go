// Package deps holds the order of imports among the packages of this module, lattice.txt,
// and the tests that hold the packages to it. Its model is the test of the same purpose
// in the standard library, go/build/deps_test.go.
//
// It contains no code. The tests also check what the core, the packages that a verifier
// links, may use of the standard library and of the language.
package deps
