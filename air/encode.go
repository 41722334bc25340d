package air

import "encoding/binary"

// Encode is a canonical byte string of everything that a verifier evaluates or relies
// on: column names, nodes, constraints, messages and their lowering. Its hash identifies
// the constraint system in keys and transcripts.
func (a *AIR) Encode() []byte {
	// Enough for names of 48 bytes: the buffer hardly ever grows.
	e := make([]byte, 0, 20*len(a.Nodes)+64*(len(a.Main)+len(a.Derived)+len(a.Preprocessed)+len(a.Constraints)+2*len(a.Messages)+2))
	u32 := func(v int) { e = binary.LittleEndian.AppendUint32(e, uint32(v)) }
	str := func(s string) { u32(len(s)); e = append(e, s...) }
	str(a.Name)
	u32(len(a.Main))
	for _, c := range a.Main {
		str(c.Name)
		u32(int(c.Kind))
	}
	u32(len(a.Derived))
	for _, d := range a.Derived {
		str(d.Name)
		u32(int(d.Node))
	}
	u32(len(a.Preprocessed))
	for _, c := range a.Preprocessed {
		str(c.Name)
	}
	u32(a.Publics)
	u32(len(a.Nodes))
	for _, n := range a.Nodes {
		u32(int(n.Op))
		u32(int(n.A))
		u32(int(n.B))
		u32(int(n.Index))
		u32(int(n.Value))
	}
	u32(a.Own)
	u32(len(a.Constraints))
	for _, k := range a.Constraints {
		str(k.Name)
		u32(int(k.Node))
	}
	u32(len(a.Messages))
	for _, m := range a.Messages {
		u32(int(m.Bus.ID))
		str(m.Bus.Name)
		u32(m.Bus.Arity)
		u32(int(m.Mult))
		for _, t := range m.Tuple {
			u32(int(t))
		}
	}
	u32(len(a.Quotients))
	for _, q := range a.Quotients {
		u32(int(q.N))
		u32(int(q.D))
	}
	return e
}
