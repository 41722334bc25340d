package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows how far a command is. It is a prover.Observer.
type progress struct {
	steps []string
	show  func(update) // nil: nothing is shown
	clear func()
	start time.Time
	stop  chan struct{}
	ended sync.WaitGroup

	mu   sync.Mutex
	last update
}

// update is a line of --progress json.
type update struct {
	Phase string `json:"phase"`
	// Step counts the phases from 1; it is 0 for one that isn't on the list.
	Step           int     `json:"step"`
	Steps          int     `json:"steps"`
	ElapsedSeconds float64 `json:"elapsed_seconds"`
}

// newProgress begins to show progress on stderr in the way asked for.
func (s *session) newProgress(steps []string) *progress {
	p := &progress{steps: steps, start: time.Now(), stop: make(chan struct{})}
	switch f, ok := s.stderr.(*os.File); {
	case s.opts.Progress == "json":
		p.show = func(u update) { showJSON(s.stderr, u) }
	case s.opts.Progress == "auto" && !s.opts.Quiet && ok && term.IsTerminal(int(f.Fd())):
		width := func() int {
			w, _, err := term.GetSize(int(f.Fd()))
			if err != nil || w <= 0 { // some terminals don't know
				return 80
			}
			return w
		}
		p.show = func(u update) { fmt.Fprint(f, "\r"+bar(u, width()-1)+"\x1b[K") }
		p.clear = func() { fmt.Fprint(f, "\r\x1b[K") }
		p.ended.Go(p.tick)
	}
	return p
}

// tick redraws the bar so that the time goes on during long phases.
func (p *progress) tick() {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.mu.Lock()
			if p.last.Phase != "" {
				p.last.ElapsedSeconds = time.Since(p.start).Seconds()
				p.show(p.last)
			}
			p.mu.Unlock()
		}
	}
}

// Phase shows the phase that begins.
func (p *progress) Phase(name string) {
	if p.show == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = update{name, slices.Index(p.steps, name) + 1, len(p.steps), time.Since(p.start).Seconds()}
	p.show(p.last)
}

// close ends the display. With err == nil, JSON gets a last line, phase "done".
func (p *progress) close(err error) {
	close(p.stop)
	p.ended.Wait()
	switch {
	case p.clear != nil:
		p.clear()
	case p.show != nil && err == nil:
		p.show(update{"done", len(p.steps), len(p.steps), time.Since(p.start).Seconds()})
	}
}

func showJSON(w io.Writer, u update) {
	if b, err := json.Marshal(u); err == nil {
		w.Write(append(b, '\n')) // progress that can't be shown is no reason to fail
	}
}

// bar draws an update in at most width columns.
func bar(u update, width int) string {
	const cells = 20
	done := 0
	if u.Steps > 0 {
		done = cells * max(u.Step-1, 0) / u.Steps
	}
	line := fmt.Sprintf("[%s%s] %d/%d %s, %.0f s", strings.Repeat("#", done), strings.Repeat(".", cells-done), u.Step, u.Steps, u.Phase, u.ElapsedSeconds)
	return line[:max(0, min(len(line), width))]
}
