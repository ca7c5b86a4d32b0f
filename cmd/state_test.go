package cmd_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// state finds package-level variables that could change while the program runs: two servers in one
// test would share them. What may stand in a package-level var is what never changes:
//
//   - var _ I = T{}, which only asserts something to the compiler;
//   - a file that is embedded;
//   - what errors.New, fmt.Errorf, regexp.MustCompile, reflect.TypeFor, sync.OnceValue,
//     sync.OnceValues and time.Date answer;
//   - an unexported composite literal whose name nothing in the package assigns to, not even in a
//     part: = += ++ & delete clear.
//
// The last rule goes by name only, so a local variable of the same name is taken for it. Rename one
// of them.
func (r *ruler) state(s source) {
	for _, declaration := range s.file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			value := spec.(*ast.ValueSpec)
			for i, name := range value.Names {
				var initial ast.Expr
				if i < len(value.Values) {
					initial = value.Values[i]
				}
				if why := r.mutable(s, general, value, name.Name, initial); why != "" {
					r.report(r.at(name), "package-level var %s %s; make it a const, a function, or a field", name.Name, why)
				}
			}
		}
	}
}

func (r *ruler) mutable(s source, general *ast.GenDecl, value *ast.ValueSpec, name string, initial ast.Expr) string {
	if name == "_" || embeds(general.Doc) || embeds(value.Doc) {
		return ""
	}
	switch expression := initial.(type) {
	case nil:
		return "begins empty, so something fills it"
	case *ast.CallExpr:
		if slices.Contains([]string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "reflect.TypeFor", "sync.OnceValue", "sync.OnceValues", "time.Date"}, callee(expression.Fun)) {
			return ""
		}
		return "holds what a function answers"
	case *ast.CompositeLit:
		if ast.IsExported(name) {
			return "is exported, so everybody may change it"
		}
		if place := r.changed(s.dir, name); place != "" {
			return "is changed at " + place
		}
		return ""
	}
	return "can be changed"
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(comment *ast.Comment) bool { return strings.HasPrefix(comment.Text, "//go:embed ") })
}

// callee is the name of what is called: "errors.New" also in errors.New(…) with type arguments.
func callee(function ast.Expr) string {
	switch f := function.(type) {
	case *ast.SelectorExpr:
		if left, ok := f.X.(*ast.Ident); ok {
			return left.Name + "." + f.Sel.Name
		}
	case *ast.IndexExpr:
		return callee(f.X)
	case *ast.IndexListExpr:
		return callee(f.X)
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// changed returns the first place in a package that changes a variable of this name.
func (r *ruler) changed(dir, name string) string {
	place := ""
	for _, s := range r.sources {
		if s.dir != dir || s.test || place != "" {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			if place == "" && changes(node, name) {
				place = r.at(node)
			}
			return place == ""
		})
	}
	return place
}

func changes(node ast.Node, name string) bool {
	switch n := node.(type) {
	case *ast.AssignStmt:
		return n.Tok != token.DEFINE && slices.ContainsFunc(n.Lhs, func(left ast.Expr) bool { return root(left) == name })
	case *ast.IncDecStmt:
		return root(n.X) == name
	case *ast.UnaryExpr:
		return n.Op == token.AND && root(n.X) == name
	case *ast.CallExpr:
		function := callee(n.Fun)
		return (function == "delete" || function == "clear") && len(n.Args) > 0 && root(n.Args[0]) == name
	}
	return false
}

// root is the variable that an expression is a part of: list for list[3].name.
func root(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.StarExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	case *ast.SliceExpr:
		return root(e.X)
	}
	return ""
}
