package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/orrery/orrery/internal/execbench"
)

func TestExecutionText(t *testing.T) {
	x := &execbench.Report{
		Engines: []execbench.Engine{{Name: execbench.Native}, {Name: execbench.Recompiler}, {Name: execbench.Wazero}, {Name: execbench.Interpreter}},
		Results: []execbench.Result{
			{Program: "a<b", Engine: execbench.Native, Median: 1, Slowdown: 1},
			{Program: "a<b", Engine: execbench.Recompiler, Median: 1.5, Slowdown: 1.5},
			{Program: "a<b", Engine: execbench.Wazero, Median: 1.2, Slowdown: 1.2},
			{Program: "a<b", Engine: execbench.Interpreter, Median: 20, Slowdown: 20},
		},
		Means: []execbench.Mean{{Engine: execbench.Native, Native: 1}, {Engine: execbench.Recompiler, Native: 1.5}, {Engine: execbench.Interpreter, Native: 20, InstructionsPerSecond: 401e6}},
		Gas:   &execbench.Gas{Mean: 1.05, Worst: 1.7, Program: "a<b"},
	}
	var m markdown
	m.answer(x)
	text := m.String()
	assert.Contains(t, text, "takes 1.50 times as long as native code (geometric mean; 1.50 in the worst program).\n")
	assert.Contains(t, text, "| native code, 64 bits | native | - | - | 1.00 |\n| exact gas | recompiler | - | - | 1.50 |\n")
	assert.Contains(t, text, "| slowdown against native code, exact gas | 2 | 1.45 | 1.50 | met |\n")
	assert.Contains(t, text, "| slowdown against native -m32, exact gas | 1.7 | 1.25 | - | not measured |\n")
	assert.Contains(t, text, "| factor of exact gas, mean | 1.15 | 1.05 | 1.050 | aim met |\n")
	assert.Contains(t, text, "| factor of exact gas, worst program | 1.6 | 1.3 | 1.70 | **missed** |\n")
	assert.Contains(t, text, "| speed against wazero | 1.1 | 1.5 | 0.80 | **missed** |\n")
	assert.Contains(t, text, "| interpreter, million instructions/s | 250 | 400 | 401 | aim met |\n")

	svg := string(executionPicture(x))
	assert.Contains(t, svg, "a&lt;b")
	assert.Contains(t, svg, "1.500 s, 1.50")
	assert.NotContains(t, svg, "20.000 s")
}
