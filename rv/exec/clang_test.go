package exec_test

import (
	"context"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

const clangSource = `
static unsigned table[64] = {3, 1, 4, 1, 5, 9, 2, 6};
static const char text[] = "what the loader has to place";
static unsigned sums[1000];
static unsigned mix(unsigned x) { return (x * 2654435761u ^ x >> 13) % 1000003u; }
void _start(void) {
	unsigned h = 1;
	for (unsigned i = 0; i < 1000; i++) {
		h = mix(h + table[i % 64] + text[i % sizeof text]);
		sums[i] = h;
	}
	for (unsigned i = 0; i < 1000; i++)
		h += sums[i] / (i + 1) - (int)sums[i] % ((int)i - 2000);
	register unsigned a0 __asm__("a0") = h & 127;
	register unsigned a7 __asm__("a7") = 93;
	__asm__ volatile("ecall" : : "r"(a0), "r"(a7));
	__builtin_unreachable();
}
`

// A program of the stock toolchain loads, runs, and exits as it does in qemu;
// linked without the flag for 64 KiB pages it is refused with a word about it.
func TestClangProgram(t *testing.T) {
	clang, err := osexec.LookPath("clang")
	if err != nil {
		t.Skip("clang is not installed: no program of a stock toolchain is loaded")
	}
	dir := t.TempDir()
	source, file := filepath.Join(dir, "a.c"), filepath.Join(dir, "a")
	if err := os.WriteFile(source, []byte(clangSource), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(flags ...string) []byte {
		args := append([]string{"--target=riscv32-unknown-elf", "-march=rv32im", "-mabi=ilp32", "-O1", "-nostdlib", "-static", "-fuse-ld=lld", "-o", file, source}, flags...)
		if out, err := osexec.Command(clang, args...).CombinedOutput(); err != nil {
			t.Skipf("clang can't build for riscv32: %v: %.300s", err, out)
		}
		elf, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return elf
	}
	if _, err := rv.Load(build("-Wl,-z,max-page-size=4096"), rv.LoadOptions{}); err == nil || !strings.Contains(err.Error(), "-z max-page-size=65536") {
		t.Errorf("pages of 4 KiB: %v", err)
	}
	p, err := rv.Load(build("-Wl,-z,max-page-size=65536"), rv.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := exec.New(p, nil, exec.Options{GasLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Run(context.Background())
	if err != nil || r.Exit.Kind != exec.Halt {
		t.Fatalf("%+v, %v", r.Exit, err)
	}
	qemu, err := osexec.LookPath("qemu-riscv32")
	if err != nil {
		t.Skip("qemu-riscv32 is not installed: the exit code is not compared")
	}
	cmd := osexec.CommandContext(t.Context(), qemu, file)
	if err := cmd.Run(); cmd.ProcessState == nil || uint32(cmd.ProcessState.ExitCode()) != r.Exit.Code {
		t.Errorf("exit code %d, with qemu %v", r.Exit.Code, err)
	}
}
