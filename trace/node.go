package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/memtree"
)

// fillTreeNode writes the row of an open inner node.
func fillTreeNode(c *rv32im.TreeNode, w columns, r int, x *memtree.NodeOpening) {
	w.set(c.Level, r, uint32(x.Level))
	w.set(c.Index, r, x.Index)
	w.bit(c.Drop, r, x.Drop)
	w.bit(c.Changed, r, x.Changed)
	w.bit(c.OpenLeft, r, x.OpenLeft)
	w.bit(c.OpenRight, r, x.OpenRight)
	w.digest(c.Old, r, x.Old)
	w.digest(c.New, r, x.New)
	w.digest(c.LeftOld, r, x.LeftOld)
	w.digest(c.LeftNew, r, x.LeftNew)
	w.digest(c.RightOld, r, x.RightOld)
	w.digest(c.RightNew, r, x.RightNew)
}
