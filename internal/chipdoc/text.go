package main

import (
	"fmt"
	"strings"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

var escaper = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "#", `\#`)

// escape makes text safe in Markdown, also in a cell of a table.
func escape(s string) string { return escaper.Replace(strings.ReplaceAll(s, "\n", " ")) }

// prose is a Go comment as one line of Markdown.
func prose(comment string) string { return escape(strings.Join(strings.Fields(comment), " ")) }

// paragraphs is a Go comment as Markdown: paragraphs stay, and indented lines become code.
func paragraphs(comment string) string {
	var out []string
	for part := range strings.SplitSeq(strings.TrimSpace(comment), "\n\n") {
		if strings.HasPrefix(part, "\t") {
			out = append(out, "    "+strings.ReplaceAll(strings.ReplaceAll(part[1:], "\n\t", "\n"), "\n", "\n    "))
			continue
		}
		out = append(out, prose(part))
	}
	return strings.Join(out, "\n\n")
}

// negated reports whether node id is written as 0 - x, and gives x.
func negated(nodes []air.Node, id air.NodeID) (air.NodeID, bool) {
	n := nodes[id]
	if n.Op != air.OpSub {
		return id, false
	}
	zero := nodes[n.A]
	return n.B, zero.Op == air.OpConst && zero.Value == 0
}

// signed is a constant as a number around zero: the smaller one of v and v - p in absolute value.
func signed(v field.M31) int64 {
	if s := int64(v); s <= field.P/2 {
		return s
	}
	return int64(v) - field.P
}

// direction is -1 for a multiplicity that is written as a negative number, else 1.
func direction(nodes []air.Node, id air.NodeID) int {
	if x, ok := negated(nodes, id); ok {
		return -direction(nodes, x)
	}
	if n := nodes[id]; n.Op == air.OpConst && signed(n.Value) < 0 {
		return -1
	}
	return 1
}

// longest is the length from which a multiplicity is not spelled out.
const longest = 80

// magnitude prints a multiplicity without its direction.
func magnitude(a *air.AIR, id air.NodeID) string {
	for {
		x, ok := negated(a.Nodes, id)
		if !ok {
			break
		}
		id = x
	}
	if n := a.Nodes[id]; n.Op == air.OpConst {
		return fmt.Sprint(max(signed(n.Value), -signed(n.Value)))
	}
	s := formula(a, id, false, longest)
	if len(s) > longest {
		return fmt.Sprintf("an expression of degree %d", a.Nodes[id].Deg)
	}
	return "`" + s + "`"
}

// formula prints node id in infix notation, in parentheses if it is a sum inside a
// product or behind a minus. It gives up, with a text that is too long, beyond room.
func formula(a *air.AIR, id air.NodeID, parens bool, room int) string {
	if room < 0 {
		return ""
	}
	n := a.Nodes[id]
	switch n.Op {
	case air.OpConst:
		return fmt.Sprint(signed(n.Value))
	case air.OpMain:
		return a.Main[n.Index].Name
	case air.OpPre:
		return a.Preprocessed[n.Index].Name
	case air.OpPublic:
		return fmt.Sprintf("public[%d]", n.Index)
	case air.OpInter:
		return fmt.Sprintf("interaction[%d]", n.Index)
	case air.OpInterNext:
		return fmt.Sprintf("next interaction[%d]", n.Index)
	case air.OpAlpha:
		return "alpha"
	case air.OpBeta:
		return fmt.Sprintf("beta^%d", n.Index)
	case air.OpShare:
		return "share"
	}
	if n.Op == air.OpMul {
		x := formula(a, n.A, true, room-3)
		return x + "*" + formula(a, n.B, true, room-len(x)-1)
	}
	x := formula(a, n.A, false, room-3)
	s := x + " + " + formula(a, n.B, false, room-len(x)-3)
	if n.Op == air.OpSub {
		s = x + " - " + formula(a, n.B, true, room-len(x)-3)
	}
	if parens {
		return "(" + s + ")"
	}
	return s
}
