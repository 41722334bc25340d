package trace

import (
	"slices"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
)

func TestHeights(t *testing.T) {
	for _, c := range []struct {
		n, copies int
		want      []int
	}{
		{0, 1, nil},
		{0, 3, nil},
		{1, 3, []int{7}},
		{64, 3, []int{7}},
		{127, 3, []int{7}},
		{128, 3, []int{7}},
		{129, 3, []int{8}},
		{1 << 12, 3, []int{12}},
		{1<<12 + 1, 3, []int{13}},
		{1 << 13, 3, []int{13}},
		{1<<13 + 1, 3, []int{14}}, // 2^13 + 2^7 would save 8064 rows
		{1 << 14, 3, []int{14}},
		{1<<14 + 1, 1, []int{15}},
		{1<<14 + 1, 2, []int{14, 7}},
		{1<<14 + 128, 3, []int{14, 7}},
		{1<<14 + 129, 3, []int{14, 8}},
		{1<<14 + 1<<13, 3, []int{14, 13}}, // saves 8192 rows
		{1<<14 + 1<<13 + 1, 3, []int{15}}, // 2^14 + 2^14 isn't decreasing
		{1<<16 + 1<<14 + 1, 1, []int{17}},
		{1<<16 + 1<<14 + 1, 2, []int{16, 15}},
		{1<<16 + 1<<14 + 1, 3, []int{16, 14, 7}},
		{1<<16 + 1<<14 + 1<<13, 3, []int{16, 14, 13}},
		{1<<16 + 1<<14 + 1<<13 + 1, 3, []int{16, 15}},
		{1<<16 + 1<<15 + 1<<14 + 1, 3, []int{17}}, // three tables don't do
		{1<<17 + 1<<16 + 1<<14 + 1, 3, []int{17, 16, 15}},
		{1<<20 + 1, 3, []int{20, 7}},
		{1<<20 - 1<<10, 3, []int{20}},
		{1<<20 - 1<<17, 3, []int{19, 18, 17}},
		{1<<20 - 1<<17 + 1, 3, []int{20}},
		{1 << 24, 3, []int{24}},
	} {
		if got := heights(c.n, c.copies); !slices.Equal(got, c.want) {
			t.Errorf("heights(%d, %d) = %v, want %v", c.n, c.copies, got, c.want)
		}
	}
}

func TestHeightsProperties(t *testing.T) {
	check := func(n int) {
		whole := capacity(heights(n, 1))
		for copies := 1; copies <= rv32im.MaxCopies; copies++ {
			logs := heights(n, copies)
			if len(logs) == 0 || len(logs) > copies {
				t.Fatalf("heights(%d, %d) = %v", n, copies, logs)
			}
			for i, l := range logs {
				if l < rv32im.MinLogHeight || i > 0 && l >= logs[i-1] {
					t.Fatalf("heights(%d, %d) = %v: too low, or not decreasing", n, copies, logs)
				}
			}
			room := capacity(logs)
			if room < n {
				t.Fatalf("heights(%d, %d) = %v: no room", n, copies, logs)
			}
			if room-1<<logs[len(logs)-1] >= n {
				t.Fatalf("heights(%d, %d) = %v: the last table is empty", n, copies, logs)
			}
			if len(logs) > 1 && whole-room < max(n/8, (len(logs)-1)*minSaving) {
				t.Fatalf("heights(%d, %d) = %v saves %d rows", n, copies, logs, whole-room)
			}
			if copies == 1 && len(logs) == 1 && logs[0] > rv32im.MinLogHeight && room >= 2*n {
				t.Fatalf("heights(%d, 1) = %v: twice as high as necessary", n, logs)
			}
		}
	}
	for n := 1; n <= 1<<13; n++ {
		check(n)
	}
	for log := 13; log < 24; log++ {
		for k := range 64 {
			for _, d := range []int{-1, 0, 1} {
				check(1<<log + k<<(log-6) + d)
			}
		}
	}
}
