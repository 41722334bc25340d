// Package air is the constraint language. A chip declares its columns in a Layout and
// writes its constraints and bus messages once, as Go expressions; Compile records them
// into a DAG that every reader shares: the prover's block evaluator, the verifier's
// evaluation at one out-of-domain point, the row checker, the degree check, and the
// generated documentation.
//
// Constraints hold on every row of a table and mention that row only. Links between
// rows and between tables are messages on named buses, checked by LogUp (Haböck, ePrint
// 2022/1530): each message is a fraction m/(alpha - fingerprint), and the fractions of
// all tables add up to zero. Compile lowers the messages into the same DAG: two fractions
// share a column over the extension field E, and the last such column of a table is a
// running sum, spread cyclically, which is the only place where a neighbouring row occurs.
package air
