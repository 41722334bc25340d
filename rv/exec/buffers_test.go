package exec

import (
	"reflect"
	"testing"
)

// Records in memory of the caller's are the same, and go back to it.
func TestLentMemory(t *testing.T) {
	p := stride(t, 30)
	out := map[*Record]bool{}
	lent := &Buffers{New: func(n int) []Record {
		r := make([]Record, n)
		out[&r[0]] = true
		return r
	}}
	var traces []*Trace
	for _, b := range []*Buffers{nil, lent} {
		r, err := NewRecorder(p, nil, Options{GasLimit: 1 << 20, Buffers: b})
		if err != nil {
			t.Fatal(err)
		}
		trace, err := r.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		traces = append(traces, trace)
	}
	if !reflect.DeepEqual(traces[0], traces[1]) {
		t.Fatal("the traces differ")
	}
	if len(out) == 0 {
		t.Fatal("no memory was asked for")
	}
	traces[1].Records.Drop(func(r []Record) {
		if !out[&r[0]] {
			t.Error("memory that wasn't lent, or went back before")
		}
		delete(out, &r[0])
	})
	if len(out) > 0 || traces[1].Records.Len() > 0 {
		t.Fatalf("%d pieces are missing, %d records left", len(out), traces[1].Records.Len())
	}
}
