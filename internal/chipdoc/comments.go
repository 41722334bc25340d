package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// comments holds what the source of package rv32im says in prose.
type comments struct {
	types  map[string]string // by type: the comment on the type
	define map[string]string // by type: the comment on its Define method
	buses  map[uint32]string // by bus ID: the comment on the variable
}

// readComments parses the package in directory dir, tests left out.
func readComments(dir string) (*comments, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no Go files in %s: %w", dir, fs.ErrNotExist)
	}
	c := &comments{types: map[string]string{}, define: map[string]string{}, buses: map[uint32]string{}}
	set := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				c.addMethod(d)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					c.addSpec(d, spec)
				}
			}
		}
	}
	return c, nil
}

func (c *comments) addMethod(d *ast.FuncDecl) {
	if d.Recv == nil || d.Name.Name != "Define" {
		return
	}
	recv := d.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	if name, ok := recv.(*ast.Ident); ok {
		c.define[name.Name] = d.Doc.Text()
	}
}

func (c *comments) addSpec(d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		doc := s.Doc
		if doc == nil {
			doc = d.Doc
		}
		c.types[s.Name.Name] = doc.Text()
	case *ast.ValueSpec:
		for _, v := range s.Values {
			if id, ok := busID(v); ok {
				c.buses[id] = s.Doc.Text()
			}
		}
	}
}

// busID is the ID in a composite literal air.Bus{ID: n, ...}.
func busID(v ast.Expr) (uint32, bool) {
	lit, ok := v.(*ast.CompositeLit)
	if !ok {
		return 0, false
	}
	if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Bus" {
		return 0, false
	}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, isIdent := kv.Key.(*ast.Ident)
		number, isLit := kv.Value.(*ast.BasicLit)
		if isIdent && isLit && key.Name == "ID" {
			id, err := strconv.ParseUint(number.Value, 0, 32)
			return uint32(id), err == nil
		}
	}
	return 0, false
}
