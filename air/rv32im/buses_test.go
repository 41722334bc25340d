package rv32im

import "testing"

// TestBusIDs expects that no two buses share an ID: messages of different kinds would
// then have the same fingerprint.
func TestBusIDs(t *testing.T) {
	m, err := New()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[uint32]string)
	for _, a := range m.AIRs {
		for _, msg := range a.Messages {
			if name, ok := names[msg.Bus.ID]; ok && name != msg.Bus.Name {
				t.Errorf("buses %s and %s have ID %d", name, msg.Bus.Name, msg.Bus.ID)
			}
			names[msg.Bus.ID] = msg.Bus.Name
			if len(msg.Tuple) != msg.Bus.Arity {
				t.Errorf("chip %s: %d elements on bus %s", a.Name, len(msg.Tuple), msg.Bus.Name)
			}
		}
	}
	seen := make(map[string]uint32)
	for id, name := range names {
		if other, ok := seen[name]; ok {
			t.Errorf("bus %s has IDs %d and %d", name, id, other)
		}
		seen[name] = id
	}
}
