package trace

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

func TestRefresh(t *testing.T) {
	c := rv32im.NewRefresh()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	f.padding(t)
	rng := rand.New(rand.NewPCG(33, 34))
	for range 200 {
		now := rng.Uint32N(1<<28-1<<17) + 1<<17
		ts := rng.Uint32N(now - 1<<16)
		if rng.IntN(8) == 0 {
			ts = 0
		}
		if rng.IntN(8) == 0 {
			now = ts + 1<<16 + 1
		}
		x := refresh{address: rng.Uint32N(1 << 30), value: rng.Uint32(), ts: ts}
		stamped := x.ts
		var list []refresh
		bridge(x.address, x.value, &stamped, now, &list)
		if len(list) != 1 || list[0].newTs != stamped || stamped >= now || now-stamped > 1<<16 {
			t.Fatalf("bridge from %d to %d: %+v", ts, now, list)
		}
		row := f.write(t, func(w columns, r int) { fillRefresh(c, w, r, &list[0]) })
		want := links{}
		want.add(received(rv32im.Memory, x.address, x.value&0xffff, x.value>>16, ts))
		want.add(sent(rv32im.Memory, x.address, x.value&0xffff, x.value>>16, stamped))
		what := fmt.Sprintf("from %d to %d", ts, stamped)
		f.honest(t, what, row, want)
		f.mutate(t, what, row, rng)
	}
}

// TestRefreshBackwards is attack 18: a new timestamp that isn't later, or so large that
// differences wrap.
func TestRefreshBackwards(t *testing.T) {
	c := rv32im.NewRefresh()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	row := make([]field.M31, len(f.air.Main))
	row[c.Live] = 1
	for _, x := range []struct{ ts, unit uint32 }{
		{1 << 16, 1}, {1<<16 + 1, 1}, {1<<28 - 1, 1}, {0, 0}, {1<<28 - 1, 0}, {5, 1 << 12}, {5, field.P - 1},
	} {
		row[c.Ts], row[c.Unit] = field.M31(x.ts), field.M31(x.unit)
		gap := row[c.Unit].Mul(1 << 16).Sub(row[c.Ts]).Sub(1)
		for _, hi := range []field.M31{gap >> 16, 0, 1<<12 - 1} {
			row[c.GapHi] = hi
			f.rejects(t, row, "range")
		}
	}
}
