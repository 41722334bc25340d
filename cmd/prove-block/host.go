package main

import (
	"runtime"

	"github.com/klauspost/cpuid/v2"

	"github.com/orrery/orrery/internal/cpu"
)

// hostReport describes the machine of a measurement.
type hostReport struct {
	Processor  string   `json:"processor"`
	Processors int      `json:"processors"`
	System     string   `json:"system"`
	Go         string   `json:"go"`
	Available  []string `json:"kernels_available"`
}

func newHostReport() *hostReport {
	h := &hostReport{
		Processor: cpuid.CPU.BrandName, Processors: runtime.NumCPU(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if h.Processor == "" {
		h.Processor = "unknown"
	}
	for _, k := range cpu.All() {
		if k.Available() {
			h.Available = append(h.Available, k.String())
		}
	}
	return h
}
