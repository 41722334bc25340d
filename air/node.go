package air

import "github.com/orrery/orrery/field"

// NodeID is the position of a node in AIR.Nodes. Operands always precede their users.
type NodeID int32

// NoNode stands for an absent node.
const NoNode NodeID = -1

// Op is the kind of a node.
type Op uint8

// The leaves Const to Public are base field elements; Inter to Share are elements of E.
// An operation is over E if one of its operands is.
const (
	OpConst     Op = iota // the constant Value
	OpMain                // cell of main column Index, this row
	OpPre                 // cell of preprocessed column Index, this row
	OpPublic              // public value Index of the statement
	OpInter               // cell of interaction column Index (over E), this row
	OpInterNext           // cell of interaction column Index, next row of the trace domain
	OpAlpha               // LogUp challenge alpha
	OpBeta                // power Index of the LogUp challenge beta
	OpShare               // the table's LogUp sum divided by its height
	OpAdd                 // A + B
	OpSub                 // A - B
	OpMul                 // A * B
)

// Node is one node of the expression DAG.
type Node struct {
	Op    Op
	Ext   bool  // over E, not the base field
	Deg   uint8 // degree in the columns; MaxDegree+1 stands for all that are larger
	A, B  NodeID
	Index int32
	Value field.M31
}

// Leaf reports whether the node has no operands.
func (n Node) Leaf() bool { return n.Op < OpAdd }

// Scalar reports whether the node is the same on all rows.
func (n Node) Scalar() bool { return n.Deg == 0 }
