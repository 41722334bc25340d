package job

import (
	"context"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
)

// held is the memory that the process holds after a collection, in bytes.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// A run of 2^28 cycles is executed and cut in memory that doesn't grow with its length.
func TestLongRun(t *testing.T) {
	cycles := uint64(1 << 28)
	const size = 1 << 20
	if testing.Short() {
		cycles = 1 << 24
	}
	ctx := context.Background()
	p := loadGuest(t, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 1<<31)
	r, err := exec.NewRecorder(p, input, exec.Options{GasLimit: cycles})
	if err != nil {
		t.Fatal(err)
	}
	var early uint64
	flat := func(what string, i uint64) {
		switch {
		case i == 4:
			early = held()
		case i == cycles/size-1:
			if late := held(); late > early+early/20 {
				t.Errorf("%s takes %d KiB behind %d segments, %d KiB behind 5", what, late>>10, i+1, early>>10)
			}
		}
	}
	for i := uint64(0); ; i++ {
		s, err := r.Segment(ctx, size)
		if err != nil {
			t.Fatal(err)
		}
		r.Recycle(s)
		flat("planning", i)
		if s.Ended {
			if i != cycles/size-1 || s.Exit.Kind != exec.OutOfGas {
				t.Fatalf("%v in segment %d", s.Exit, i)
			}
			break
		}
	}
	run := describe(t, p, input, r, cycles, uint32(cycles/size))
	r.Release()
	c, err := NewCutter(p, input, run, soundness.Fast, hash.Blake2s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var last *Job
	for i := range cycles / size {
		if last, err = c.Next(ctx, size); err != nil {
			t.Fatal(err)
		}
		flat("cutting", i)
	}
	if s := replay(t, last).Statement; !s.Last || s.Exit != run.Exit {
		t.Errorf("%+v", s)
	}
}
