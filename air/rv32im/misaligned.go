package rv32im

import "github.com/orrery/orrery/air"

// Misaligned says where an access lies that isn't at a multiple of its size: exactly one
// of five bits on a live row. All of them but Half1 reach into the following word.
type Misaligned struct {
	Word1, Word2, Word3 air.Col
	Half1, Half3        air.Col
}

func newMisaligned(l *air.Layout) Misaligned {
	return Misaligned{
		Word1: l.Bit("word_at_1", "1 for a word at offset 1 of a word"),
		Word2: l.Bit("word_at_2", "1 for a word at offset 2 of a word"),
		Word3: l.Bit("word_at_3", "1 for a word at offset 3 of a word"),
		Half1: l.Bit("half_at_1", "1 for a half at offset 1 of a word"),
		Half3: l.Bit("half_at_3", "1 for a half at offset 3 of a word"),
	}
}

// cases is a Misaligned as expressions, with sums of them.
type cases struct {
	word1, word2, word3, half1, half3 air.Expr
	live, half                        air.Expr
	crossing                          air.Expr // 1 if the second word is accessed
	offset                            air.Expr // of the first byte in its word
}

// cases constrains the row to be live or not, with one case if it is.
func (m Misaligned) cases(b *air.Builder) cases {
	c := cases{
		word1: b.Col(m.Word1), word2: b.Col(m.Word2), word3: b.Col(m.Word3),
		half1: b.Col(m.Half1), half3: b.Col(m.Half3),
	}
	c.half = c.half1.Add(c.half3)
	c.crossing = b.Sum(c.word1, c.word2, c.word3, c.half3)
	c.live = c.crossing.Add(c.half1)
	c.offset = b.Sum(c.word1, c.half1, c.word2.Scale(2), c.word3.Add(c.half3).Scale(3))
	b.Bit("one case at most", c.live)
	return c
}
