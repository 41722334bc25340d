// Package guest_test checks the guest SDK and the guest programs of
// testdata/guests: every program gives the same output and exit code on every
// engine that is at hand as its Go reference.
package guest_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// guests is where the programs lie.
const guests = "../testdata/guests"

// abortCode is the exit code of abort: 128 + SIGABRT.
const abortCode = 128 + int(syscall.SIGABRT)

// result is what a run leaves behind.
type result struct {
	output []byte
	code   int
}

// TestHost builds the programs for the host, with the SDK's host shim.
func TestHost(t *testing.T) {
	needs(t, "make", "cc")
	dir := build(t, "host")
	eachCase(t, func(t *testing.T, name string, input []byte) result {
		return run(t, exec.Command(filepath.Join(dir, name+".host")), input)
	})
}

// TestQEMU builds the programs for Linux on RV32, with the SDK's qemu shim, and
// runs them under qemu's user mode: stock clang's code and the SDK's helpers on
// a machine that is not ours.
func TestQEMU(t *testing.T) {
	needs(t, "make", "qemu-riscv32")
	toolchain(t)
	dir := build(t, "qemu")
	eachCase(t, func(t *testing.T, name string, input []byte) result {
		return run(t, exec.Command("qemu-riscv32", filepath.Join(dir, name+".qemu")), input)
	})
}

// TestCheckedIn rebuilds the ELF files and compares them byte for byte.
func TestCheckedIn(t *testing.T) {
	needs(t, "make", "cmp")
	toolchain(t)
	out, err := exec.Command("make", "-C", guests, "check").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// needs skips the test unless all the tools are installed.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s isn't installed, which this check of the C SDK or of the guests needs", tool)
		}
	}
}

// toolchain skips the test unless the compiler of the guests is the one that
// their Makefile asks for.
func toolchain(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("make", "-s", "-C", guests, "toolchain").CombinedOutput(); err != nil {
		t.Skipf("the guests can't be built here: %s", out)
	}
}

// build makes a target of the guests' Makefile in a new directory.
func build(t *testing.T, target string) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("make", "-s", "-C", guests, "OUT="+dir, target).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

// eachCase runs every input of every portable program on an engine and compares
// the result with the program's reference.
func eachCase(t *testing.T, engine func(t *testing.T, name string, input []byte) result) {
	for _, p := range programs() {
		t.Run(p.name, func(t *testing.T) {
			for i, input := range p.inputs {
				got, want := engine(t, p.name, input), p.reference(input)
				what := fmt.Sprintf("input %d of %d bytes", i, len(input))
				require.Equal(t, want.code, got.code, "exit code, %s", what)
				require.True(t, bytes.Equal(want.output, got.output), "%s: output\n%.256x, want\n%.256x", what, got.output, want.output)
			}
		})
	}
}

// run starts a command with the input at stdin. An end by SIGABRT counts as
// exit code 134, as a shell reports it.
func run(t *testing.T, cmd *exec.Cmd, input []byte) result {
	t.Helper()
	var stdout bytes.Buffer
	cmd.Stdin, cmd.Stdout = bytes.NewReader(input), &stdout
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	code := cmd.ProcessState.ExitCode()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return result{stdout.Bytes(), code}
}

// readGuest returns the ELF file of a program.
func readGuest(t testing.TB, name string) []byte {
	t.Helper()
	elf, err := os.ReadFile(filepath.Join(guests, name+".elf"))
	require.NoError(t, err)
	return elf
}
