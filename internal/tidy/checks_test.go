package tidy

import (
	"go/ast"
	"testing"
)

// registry is the file whose function Checks lists the rules of all products.
const registry = "internal/app/app.go"

// checks wants the rules of every package that has some to be run by ledger
// verify: a line lost in a merge would silence them, and no other test fails.
func checks(t *tree) []finding {
	listed := map[string]bool{}
	for _, s := range t.files {
		if s.path != registry {
			continue
		}
		if fn := s.function("Checks"); fn != nil {
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Checks" {
					if x, ok := sel.X.(*ast.Ident); ok {
						listed[x.Name] = true
					}
				}
				return true
			})
		}
	}
	var found []finding
	for _, s := range t.files {
		fn := s.function("Checks")
		if fn == nil || s.test || s.path == registry || testHelp(s.pkg) || listed[s.ast.Name.Name] {
			continue
		}
		found = append(found, s.at(fn.Pos(), "add them to Checks in "+registry,
			"the rules of %s are not run by ledger verify", s.name()))
	}
	return found
}

// function returns the file's function with the name, which is no method.
func (s *source) function(name string) *ast.FuncDecl {
	for _, d := range s.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Body != nil && fn.Name.Name == name {
			return fn
		}
	}
	return nil
}

func TestChecks(t *testing.T) { holds(t, checks) }

func TestChecksBite(t *testing.T) {
	bites(t, checks, map[string]string{
		registry:                          "package app\n\nfunc Checks() []int { return append(wallet.Checks(), gift.Checks(1)...) }\n",
		"internal/wallet/verify.go":       "package wallet\n\nfunc Checks() []int { return nil }\n",
		"internal/gift/verify.go":         "package gift\n\nfunc Checks(n int) []int { return nil }\n",
		"internal/limit/verify.go":        "package limit\n\nfunc Checks() []int { return nil }\n",
		"internal/limit/verify_test.go":   "package limit_test\n\nfunc Checks() []int { return nil }\n",
		"internal/gift/gifttest/world.go": "package gifttest\n\nfunc Checks() []int { return nil }\n",
		"internal/live/room.go":           "package live\n\nfunc (r *Room) Checks() []int { return nil }\n",
	}, "internal/limit/verify.go:3")
}
