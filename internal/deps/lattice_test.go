package deps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// none is the name of the empty set of packages.
const none = "NONE"

// lattice is a strict partial order of packages: below[p] holds all packages that p may
// import, closed transitively.
type lattice struct {
	names []string // in the order of their first mention
	below map[string]map[string]bool
}

// parseLattice reads the format of lattice.txt: rules end with a semicolon, and each is a
// chain of lists. A name can be used as an importer before or after it is imported, but
// every name must stand to the right of a < once or more.
func parseLattice(text string) (*lattice, error) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "#")
		b.WriteString(code + "\n")
	}
	l := &lattice{below: map[string]map[string]bool{none: {}}}
	declared := map[string]bool{none: true}
	rules := strings.Split(b.String(), ";")
	if rest := strings.TrimSpace(rules[len(rules)-1]); rest != "" {
		return nil, fmt.Errorf("rule %q does not end with a semicolon", rest)
	}
	for _, rule := range rules[:len(rules)-1] {
		chain := strings.Split(rule, "<")
		if len(chain) < 2 {
			return nil, fmt.Errorf("rule %q compares nothing", strings.TrimSpace(rule))
		}
		var lower []string
		for i, part := range chain {
			names := strings.Split(part, ",")
			for j, name := range names {
				name = strings.TrimSpace(name)
				if name == "" || strings.ContainsAny(name, " \t\n") {
					return nil, fmt.Errorf("rule %q has no name where one is needed", strings.TrimSpace(rule))
				}
				names[j] = name
				if l.below[name] == nil {
					l.below[name] = map[string]bool{}
					l.names = append(l.names, name)
				}
				declared[name] = declared[name] || i > 0
				for _, low := range lower {
					l.below[name][low] = true
				}
			}
			lower = append(lower, names...)
		}
	}
	for _, name := range l.names {
		// Packages of other modules import nothing of ours, so nothing is below them.
		if !declared[name] && !strings.Contains(strings.Split(name, "/")[0], ".") {
			return nil, fmt.Errorf("%s is imported but never placed", name)
		}
	}
	return l, l.close()
}

// close completes the order and fails if it is none.
func (l *lattice) close() error {
	for _, mid := range l.names {
		for _, top := range l.names {
			if l.below[top][mid] {
				for low := range l.below[mid] {
					l.below[top][low] = true
				}
			}
		}
	}
	for _, name := range l.names {
		if l.below[name][name] {
			return fmt.Errorf("%s is below itself", name)
		}
	}
	return nil
}

// violations compares the order with the imports of packages, standard library left out,
// and describes each difference.
func (l *lattice) violations(imports map[string][]string) []string {
	var out []string
	used := map[string]bool{}
	for name, list := range imports {
		used[name] = true
		if l.below[name] == nil {
			out = append(out, name+" is missing in lattice.txt")
			continue
		}
		for _, imported := range list {
			used[imported] = true
			if !l.below[name][imported] {
				out = append(out, fmt.Sprintf("%s imports %s, which is not below it in lattice.txt", name, imported))
			}
		}
	}
	for _, name := range l.names {
		if !used[name] {
			out = append(out, name+" stands in lattice.txt but isn't used")
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}
