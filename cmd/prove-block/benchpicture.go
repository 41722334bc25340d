package main

import (
	"bytes"
	"fmt"
	"html"
	"slices"
)

// A picture of bars that are made of segments, one bar in a line (SVG 1.1).

// barLine is a bar with its label; values go by the names of segments.
type barLine struct {
	label  string
	values map[string]float64
	after  string // stands behind the bar
}

// chart is a title over bars of one scale, with a legend of the segments.
type chart struct {
	title    string
	segments []string
	bars     []barLine
}

const (
	pictureWidth = 1000
	labelWidth   = 330
	afterWidth   = 120
	barHeight    = 22
	legendColumn = 240
)

// palette has colours that people who don't see all colours can tell apart in most pairs; there
// are more segments than such colours.
var palette = []string{
	"#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#332288",
	"#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#999933", "#cc6677", "#555555",
}

// picture draws charts below one another.
func picture(charts []chart) []byte {
	var body bytes.Buffer
	y := 10
	for i := range charts {
		y = charts[i].draw(&body, y) + 20
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		pictureWidth, y, pictureWidth, y)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", pictureWidth, y)
	b.Write(body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (c *chart) draw(b *bytes.Buffer, y int) int {
	text := func(x, y int, attributes, s string) {
		fmt.Fprintf(b, `<text x="%d" y="%d"%s>%s</text>`+"\n", x, y, attributes, html.EscapeString(s))
	}
	y += 16
	text(10, y, ` font-size="15" font-weight="bold"`, c.title)
	y += 10
	largest := 0.0
	for _, line := range c.bars {
		sum := 0.0
		for _, name := range c.segments {
			sum += line.values[name]
		}
		largest = max(largest, sum)
	}
	for _, line := range c.bars {
		text(10, y+15, "", line.label)
		x := float64(labelWidth)
		for i, name := range c.segments {
			if line.values[name] <= 0 || largest <= 0 {
				continue
			}
			w := line.values[name] / largest * (pictureWidth - labelWidth - afterWidth)
			fmt.Fprintf(b, `<rect x="%.2f" y="%d" width="%.2f" height="%d" fill="%s"><title>%s</title></rect>`+"\n",
				x, y+2, w, barHeight-4, palette[i%len(palette)], html.EscapeString(fmt.Sprintf("%s: %.4g", name, line.values[name])))
			x += w
		}
		text(int(x)+6, y+15, "", line.after)
		y += barHeight
	}
	y += 6
	columns := (pictureWidth - 20) / legendColumn
	for i, name := range c.segments {
		x, at := 10+i%columns*legendColumn, y+i/columns*18
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/>`+"\n", x, at, palette[i%len(palette)])
		text(x+18, at+10, "", name)
	}
	return y + (len(c.segments)+columns-1)/columns*18
}

// speedPicture shows the time by phase and the cells by chip, a cycle.
func speedPicture(lines []speedResult) []byte {
	times := chart{title: "Microseconds a cycle, by phase"}
	cells := chart{title: "Committed cells a cycle, by chip"}
	name := func(c *chart, segment string) {
		if !slices.Contains(c.segments, segment) {
			c.segments = append(c.segments, segment)
		}
	}
	for i := range lines {
		x := &lines[i]
		cycles := float64(x.Cycles)
		t := barLine{x.title(), map[string]float64{}, fmt.Sprintf("%.0f cycles/s", x.CyclesPerSecond)}
		for _, p := range x.Phases {
			segment := p.Phase
			if p.Part != "" {
				segment += ": " + p.Part
			}
			name(&times, segment)
			t.values[segment] += 1e6 * p.Seconds / cycles
		}
		times.bars = append(times.bars, t)
		label := x.Guest + " " + x.Input
		if slices.ContainsFunc(cells.bars, func(b barLine) bool { return b.label == label }) {
			continue
		}
		l := barLine{label, map[string]float64{}, fmt.Sprintf("%.1f cells", x.CellsPerCycle)}
		for _, t := range x.Tables {
			name(&cells, t.Chip)
			l.values[t.Chip] += float64(t.Cells) / cycles
		}
		cells.bars = append(cells.bars, l)
	}
	return picture([]chart{times, cells})
}
