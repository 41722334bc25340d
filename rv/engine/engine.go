// Package engine picks the engine that executes a program.
package engine

import (
	"fmt"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
)

// Names of engines.
const (
	Interpreter = "interpreter" // rv/exec, everywhere
	Recompiler  = "recompiler"  // rv/jit, where jit.Supported
)

// New prepares a run by the engine of that name, or, if the name is empty, by the
// fastest that works here for this program; used is its name. The input must not
// change before the run has ended.
func New(name string, program *rv.Program, input []byte, opts exec.Options) (e exec.Engine, used string, err error) {
	switch name {
	case Interpreter:
		return interpreter(program, input, opts)
	case Recompiler:
		m, err := jit.New(program, input, opts)
		if err != nil {
			return nil, "", err
		}
		return m, Recompiler, nil
	case "":
		if jit.Supported() {
			// Where the host lacks room, the interpreter may do with less.
			if m, err := jit.New(program, input, opts); err == nil {
				return m, Recompiler, nil
			}
		}
		return interpreter(program, input, opts)
	}
	return nil, "", fmt.Errorf("engine: %q is neither %s nor %s", name, Interpreter, Recompiler)
}

func interpreter(program *rv.Program, input []byte, opts exec.Options) (exec.Engine, string, error) {
	m, err := exec.New(program, input, opts)
	if err != nil {
		return nil, "", err
	}
	return m, Interpreter, nil
}
