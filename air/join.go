package air

import "fmt"

// Joining. Look-ups of single elements x1 to xn on one bus, with the same multiplicity m, make
// the sum m P'(A)/P(A) of fractions, where P(A) = (A - b x1)...(A - b xn), A is alpha less what
// is constant of the fingerprint, and b a power of beta. With the elementary symmetric
// polynomials e2 to en of the elements in columns of their own,
//
//	P(A) = A^n - A^(n-1) b e1 + A^(n-2) b^2 e2 - ...
//
// and its derivative are of degree 1, so that n fractions take the place of one: 3 cells and
// the derived columns, a bit more than one for each element, instead of 3 cells for each.
// The sum is the same rational function of alpha, so nothing changes for soundness.

// maxJoin is the largest number of look-ups that are joined.
const maxJoin = 6

// factors is the number of polynomials that are multiplied to form P: their coefficients are of
// degree 1, those of the product of degree factors.
const factors = MaxDegree

// joinCost is the number of derived columns that joining n look-ups takes: e2 to en, and the
// products of as many pairs as there are look-ups too many for factors of one element each.
func joinCost(n int) int { return max(0, n-1) + max(0, n-factors) }

// sameLookups are messages that can be joined, by their numbers.
type sameLookups struct {
	messages []int
	element  int // of the tuple, that which isn't constant
}

// joinKey tells which messages can be joined.
type joinKey struct {
	bus     uint32
	mult    NodeID
	element int
	rest    string // the constant elements
}

// lookup gives the element of the message that isn't constant, if there is just one and it is of
// degree 1.
func (b *Builder) lookup(m Message) (joinKey, bool) {
	k := joinKey{bus: m.Bus.ID, mult: m.Mult, element: -1}
	for i, x := range m.Tuple {
		switch deg := b.nodes[x].Deg; {
		case deg == 0:
			k.rest += fmt.Sprintf("%d:%d ", i, x)
		case deg > 1 || k.element >= 0:
			return k, false
		default:
			k.element = i
		}
	}
	return k, k.element >= 0 && b.nodes[m.Mult].Deg <= 1
}

// fractions gives the messages as fractions, in their order, where some are joined. A set of
// joined ones stands in the place of the first.
func (b *Builder) fractions() []fraction {
	sets, other := b.lookups()
	parts := plan(sets, other)
	joined := make(map[int][]int) // message to the set that it begins
	member := make(map[int]bool)
	element := make(map[int]int)
	for i, s := range sets {
		rest := s.messages
		for _, n := range parts[i] {
			joined[rest[0]], element[rest[0]] = rest[:n], s.element
			for _, k := range rest[1:n] {
				member[k] = true
			}
			rest = rest[n:]
		}
	}
	var out []fraction
	for i, m := range b.messages {
		if member[i] {
			continue
		}
		f := fraction{m.Mult, NoNode, NoNode}
		if set := joined[i]; len(set) > 1 {
			f.slope, f.d = b.join(set, element[i])
		} else {
			f.d = b.denominator(m, -1)
		}
		if b.nodes[f.d].Deg > 2 || b.numerator(f) > 3 {
			b.fail("message on bus %s: %w", m.Bus.Name, errDegree)
		}
		out = append(out, f)
	}
	return out
}

// lookups sorts the messages: those that can be joined, in the order of the first of each set,
// and the number of others that can share a column.
func (b *Builder) lookups() (sets []sameLookups, other int) {
	at := make(map[joinKey]int)
	for i, m := range b.messages {
		k, ok := b.lookup(m)
		if !ok {
			if b.shares(fraction{m.Mult, NoNode, b.denominator(m, -1)}) {
				other++
			}
			continue
		}
		if _, ok := at[k]; !ok {
			at[k] = len(sets)
			sets = append(sets, sameLookups{element: k.element})
		}
		sets[at[k]].messages = append(sets[at[k]].messages, i)
	}
	return sets, other
}

// plan says how many look-ups of each set are joined at a time, such that the row has the fewest
// cells, and among such plans the fewest fractions. other is the number of fractions besides
// that share columns.
func plan(sets []sameLookups, other int) [][]int {
	// cost[n] is the least number of derived columns with n fractions of the sets so far, and
	// choice what the last set has then.
	cost, choice := []int{0}, make([][][]int, len(sets))
	const none = 1 << 30
	for i, s := range sets {
		parts := partitions(len(s.messages))
		next := make([]int, len(cost)+len(s.messages))
		choice[i] = make([][]int, len(next))
		for n := range next {
			next[n] = none
			for k := 1; k <= len(s.messages) && k <= n; k++ {
				if n-k < len(cost) && parts[k] != nil && cost[n-k]+columns(parts[k]) < next[n] {
					next[n], choice[i][n] = cost[n-k]+columns(parts[k]), parts[k]
				}
			}
		}
		cost = next
	}
	best, cells := 0, none
	for n, c := range cost {
		if total := 6*((other+n+1)/2) + c; total < cells {
			best, cells = n, total
		}
	}
	out := make([][]int, len(sets))
	for i := len(sets) - 1; i >= 0; i-- {
		out[i] = choice[i][best]
		best -= len(out[i])
	}
	return out
}

// columns is the number of derived columns for sets of these sizes.
func columns(sizes []int) int {
	sum := 0
	for _, n := range sizes {
		sum += joinCost(n)
	}
	return sum
}

// partitions gives for each k the sizes of k sets of n look-ups that take the fewest derived
// columns, nil if k sets are too few. The cost of a set grows faster with its size the larger
// it is, so equal sizes are best.
func partitions(n int) [][]int {
	out := make([][]int, n+1)
	for k := 1; k <= n; k++ {
		if n > k*maxJoin {
			continue
		}
		for i := range k {
			out[k] = append(out[k], (n+k-1-i)/k)
		}
	}
	return out
}

// join gives P(A) and its derivative for the messages of a set, and adds the derived columns.
func (b *Builder) join(set []int, element int) (slope, d NodeID) {
	n := len(set)
	xs := make([]NodeID, n)
	for i, k := range set {
		xs[i] = b.messages[k].Tuple[element]
	}
	bus := b.messages[set[0]].Bus.Name
	e := b.symmetric(xs, fmt.Sprintf("%s_%d", bus, set[0]), fmt.Sprintf("the %d elements of joined look-ups on %s", n, bus))
	// Powers of A, and of b with the sign.
	a := b.denominator(b.messages[set[0]], element)
	minus := b.op(OpSub, b.constant(0), b.leaf(OpBeta, element+1, true, 0))
	powers, signed := make([]NodeID, n+1), make([]NodeID, n+1)
	powers[0], signed[0] = b.constant(1), b.constant(1)
	for k := range n {
		powers[k+1], signed[k+1] = b.op(OpMul, powers[k], a), b.op(OpMul, signed[k], minus)
	}
	d = powers[n]
	slope = b.op(OpMul, b.Int(int64(n)).id, powers[n-1])
	for k := 1; k <= n; k++ {
		d = b.op(OpAdd, d, b.op(OpMul, b.op(OpMul, powers[n-k], signed[k]), e[k]))
		if k < n {
			c := b.op(OpMul, b.Int(int64(n-k)).id, b.op(OpMul, powers[n-k-1], signed[k]))
			slope = b.op(OpAdd, slope, b.op(OpMul, c, e[k]))
		}
	}
	return slope, d
}

// symmetric gives the elementary symmetric polynomials of the elements, number k at place k, as
// nodes of degree 1: from the second on in derived columns. It multiplies polynomials in an
// unknown T, (1 + x1 T)(1 + x2 T)..., whose coefficients are of degree 1.
func (b *Builder) symmetric(xs []NodeID, name, doc string) []NodeID {
	product := []NodeID{b.constant(1)}
	times := func(q ...NodeID) {
		out := make([]NodeID, len(product)+len(q))
		for i := range out {
			out[i] = b.constant(0)
		}
		for i, x := range product {
			out[i] = b.op(OpAdd, out[i], x)
			for j, y := range q {
				out[i+j+1] = b.op(OpAdd, out[i+j+1], b.op(OpMul, x, y))
			}
		}
		product = out
	}
	pairs := max(0, len(xs)-factors)
	for i := range pairs {
		x, y := xs[2*i], xs[2*i+1]
		w := b.derive(fmt.Sprintf("%s_pair%d", name, i), fmt.Sprintf("product of numbers %d and %d of %s", 2*i+1, 2*i+2, doc), b.op(OpMul, x, y))
		times(b.op(OpAdd, x, y), w)
	}
	for _, x := range xs[2*pairs:] {
		times(x)
	}
	for k := 2; k < len(product); k++ {
		product[k] = b.derive(fmt.Sprintf("%s_e%d", name, k), fmt.Sprintf("sum of the products of %d of %s", k, doc), product[k])
	}
	return product
}

// derive adds a derived column and gives its cell.
func (b *Builder) derive(name, doc string, value NodeID) NodeID {
	if b.nodes[value].Deg > MaxDegree {
		b.fail("derived column %s: %w", name, errDegree)
	}
	cell := b.leaf(OpMain, len(b.layout.Main)+len(b.derived), false, 1)
	b.derived = append(b.derived, Derived{name, doc, value})
	b.constraints = append(b.constraints, Constraint{Name: name, Node: b.op(OpSub, cell, value)})
	return cell
}
