package execbench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Engines that run programs as processes: native code, and qemu. The programs measure
// their own processor time, so that the start of a process isn't in it.

// kit is a target of the Makefile in the directory of guests.
type kit struct {
	engine, about string
	target        string   // of make
	ending        string   // of the files that it makes
	command       []string // that runs them
}

func kits() []kit {
	return []kit{
		{Native, "clang -O2, 64 bits", "bench-native", ".native", nil},
		{Native32, "clang -O2 -m32", "bench-native32", ".native32", nil},
		{Scalar, "clang -O2 -fno-vectorize -fno-slp-vectorize, 64 bits", "bench-scalar", ".scalar", nil},
		{QEMU, "the RV32IM program under qemu's user mode, translation included", "bench-qemu", ".linux", []string{QEMU}},
	}
}

// buildKit builds the programs into the directory out and returns their engine.
func buildKit(ctx context.Context, dir, out string, k kit) (engine, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return engine{}, fmt.Errorf("execbench: %s is built for linux/amd64 only", k.engine)
	}
	clang, err := firstOf("clang-14", "clang")
	if err != nil {
		return engine{}, err
	}
	lld, err := firstOf("ld.lld-14", "ld.lld")
	if err != nil {
		return engine{}, err
	}
	for _, tool := range append([]string{"make"}, k.command...) {
		if _, err := firstOf(tool); err != nil {
			return engine{}, err
		}
	}
	text, err := exec.CommandContext(ctx, "make", "-s", "-C", dir, "OUT="+out, "CLANG="+clang, "LLD="+lld, k.target).CombinedOutput()
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		return engine{}, fmt.Errorf("execbench: make %s: %w: %s", k.target, err, line)
	}
	about := k.about
	for _, tool := range append([]string{clang}, k.command...) {
		about += "; " + versionOf(ctx, tool)
	}
	return engine{k.engine, about, 1, func(_ context.Context, name string) (*prepared, error) {
		command := append(append([]string{}, k.command...), filepath.Join(out, "bench", name+k.ending))
		return &prepared{close: func() error { return nil }, run: func(ctx context.Context, count uint32) (outcome, error) {
			return runProcess(exec.CommandContext(ctx, command[0], command[1:]...), count)
		}}, nil
	}}, nil
}

// runProcess runs a program with the driver for Linux.
func runProcess(c *exec.Cmd, count uint32) (outcome, error) {
	c.Stdin = bytes.NewReader(binary.LittleEndian.AppendUint32(nil, count))
	out, err := c.Output()
	if err != nil {
		return outcome{}, err
	}
	if len(out) != 12 {
		return outcome{}, fmt.Errorf("execbench: %d bytes of output instead of 12", len(out))
	}
	return outcome{checksum: binary.LittleEndian.Uint32(out), seconds: float64(binary.LittleEndian.Uint64(out[4:])) / 1e9}, nil
}

// firstOf returns the first of the programs that is installed.
func firstOf(names ...string) (string, error) {
	for _, n := range names {
		if _, err := exec.LookPath(n); err == nil {
			return n, nil
		}
	}
	return "", errors.New(names[len(names)-1] + " isn't installed")
}

// versionOf is the first line of what a program says about its version.
func versionOf(ctx context.Context, tool string) string {
	text, err := exec.CommandContext(ctx, tool, "--version").Output()
	line, _, _ := strings.Cut(string(text), "\n")
	if err != nil || line == "" {
		return tool
	}
	return line
}
