package air

import "github.com/orrery/orrery/field"

// Derive gives a row of the main trace: the chip's own cells, and those of the derived columns,
// which follow from them. pre are the cells of the preprocessed columns, publics the public
// values.
func (a *AIR) Derive(own, pre, publics []field.M31) []field.M31 {
	row := append(make([]field.M31, 0, a.Width()), own[:len(a.Main)]...)
	v := make([]field.M31, len(a.Nodes))
	for id, n := range a.Nodes {
		switch n.Op {
		case OpConst:
			v[id] = n.Value
		case OpMain:
			// A derived cell's node stands behind its value.
			for k := len(row) - len(a.Main); len(row) <= int(n.Index); k++ {
				row = append(row, v[a.Derived[k].Node])
			}
			v[id] = row[n.Index]
		case OpPre:
			v[id] = pre[n.Index]
		case OpPublic:
			v[id] = publics[n.Index]
		case OpAdd:
			v[id] = v[n.A].Add(v[n.B])
		case OpSub:
			v[id] = v[n.A].Sub(v[n.B])
		case OpMul:
			v[id] = v[n.A].Mul(v[n.B])
		}
	}
	return row
}
