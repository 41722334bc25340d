package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
)

func TestPicture(t *testing.T) {
	svg := picture([]chart{
		{"a < b & \"c\"", []string{"one", "two"}, []barLine{
			{"<first>", map[string]float64{"one": 1, "two": 3}, "4"},
			{"second", map[string]float64{"two": 2}, ""},
		}},
		{"nothing", []string{"none"}, []barLine{{"empty", nil, ""}}},
	})
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	var text []string
	widths := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			for _, a := range x.Attr {
				if x.Name.Local == "rect" && a.Name.Local == "width" {
					widths[a.Value]++
				}
			}
		case xml.CharData:
			text = append(text, strings.TrimSpace(string(x)))
		}
	}
	assert.Subset(t, text, []string{"a < b & \"c\"", "<first>", "second", "nothing", "one", "two", "one: 1"})
	// Of 550 units for a sum of 4.
	assert.Equal(t, map[string]int{"1000": 1, "137.50": 1, "412.50": 1, "275.00": 1, "12": 3}, widths)
}

func TestSpeedCases(t *testing.T) {
	for _, quick := range []bool{false, true} {
		for _, c := range append(speedCases(quick), recordingCases(quick)...) {
			assert.FileExists(t, guests+"/"+c.guest+".elf")
		}
	}
	assert.Len(t, speedRuns(speedCases(true), make([]*rv.Program, 4), 2, true), 8)
	assert.Len(t, speedRuns(speedCases(true), make([]*rv.Program, 4), 1, true), 7)
	assert.Len(t, speedRuns(speedCases(true), make([]*rv.Program, 4), 2, false), 4)
	var links []string
	for _, c := range growthCases(false) {
		links = append(links, c.about)
	}
	assert.Equal(t, []string{"13 links", "27 links", "55 links", "111 links", "223 links", "446 links", "892 links"}, links)
	assert.Len(t, growthCases(true), 2)
}
