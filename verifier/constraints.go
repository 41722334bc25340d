package verifier

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/proof"
)

// extension puts six coordinate columns' values, each an element of E, together.
func extension(values []field.E) field.E {
	var x field.E
	for k, v := range values[:field.Degree] {
		x = x.Add(v.Mul(field.Basis(k)))
	}
	return x
}

// constraintsAt evaluates the random combination of all constraints of all tables at the
// out-of-domain point, each table at the point lifted down to its height.
func constraintsAt(l *Layout, publics []field.M31, values, sums []field.E, alpha field.E, betas []field.E, lambda field.E) field.E {
	var total field.E
	var buf []field.E
	power := field.One()
	for i := range l.Tables {
		t := &l.Tables[i]
		share := sums[i].MulBase(field.New(1 << t.LogHeight).Inv())
		buf = air.Eval(t.AIR.Nodes, air.RingE{}, func(n air.Node) field.E {
			switch n.Op {
			case air.OpMain:
				return values[t.First[proof.Main]+int(n.Index)]
			case air.OpPre:
				return values[t.First[proof.Preprocessed]+int(n.Index)]
			case air.OpPublic:
				return field.FromBase(publics[n.Index])
			case air.OpInter:
				return extension(values[t.First[proof.Interaction]+field.Degree*int(n.Index):])
			case air.OpInterNext:
				return extension(values[t.Next:])
			case air.OpAlpha:
				return alpha
			case air.OpBeta:
				return betas[n.Index]
			default: // air.OpShare
				return share
			}
		}, buf)
		for _, k := range t.AIR.Constraints {
			total = total.Add(buf[k.Node].Mul(power))
			power = power.Mul(lambda)
		}
	}
	return total
}

// compositionAt is the composition polynomial times the vanishing polynomial at z. The
// quotient q of the combined constraints by v has twice the trace's height; its upper
// half of coefficients carries a factor v itself: q = lo + v * hi.
func compositionAt(l *Layout, values []field.E, z circle.PointE) field.E {
	first := l.Groups[proof.Composition][0].First
	v := circle.VanishingE(l.LogHeight, z.X)
	lo, hi := extension(values[first:]), extension(values[first+field.Degree:])
	return lo.Add(hi.Mul(v)).Mul(v)
}
