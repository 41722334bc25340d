package air

import "testing"

func TestLayout(t *testing.T) {
	var l Layout
	cols := []Col{l.Felt("a", "felt"), l.Bit("b", "bit"), l.U16("c", "u16"), l.Byte("d", "byte")}
	pre := []PreCol{l.Pre("e", "one"), l.Pre("f", "two")}
	for i, c := range cols {
		col := l.Main[c]
		if int(c) != i || col.Name != string(rune('a'+i)) || col.Kind.String() != col.Doc {
			t.Errorf("column %d: %d, %+v", i, c, col)
		}
	}
	for i, c := range pre {
		if int(c) != i || l.Preprocessed[c].Name != string(rune('e'+i)) {
			t.Errorf("preprocessed column %d: %d, %+v", i, c, l.Preprocessed[c])
		}
	}
	if len(l.Main) != 4 || len(l.Preprocessed) != 2 {
		t.Errorf("%+v", l)
	}
}
