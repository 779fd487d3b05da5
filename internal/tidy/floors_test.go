package tidy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The floors. A package imports only lower ones; what stands on the same
// floor does not know its neighbours.
const (
	floorWorld = 5 // the first floor that speaks HTTP
	floorMain  = 7 // programs; nobody imports them
	floorTest  = 8 // about the code itself; only programs and tests import them
)

// floorOf lists every package by its path below internal. A folder below one
// of these belongs to its parent, and the two may import each other.
var floorOf = map[string]int{
	"money": 0, "fault": 0, "id": 0, "clock": 0,
	"db": 1, "config": 1, "text": 1,
	"ledger": 2, "outbox": 2, "idem": 2, "audit": 2,
	"people": 3, "limit": 3, "programme": 3, "access": 3, "wallet": 3, "earnings": 3, "content": 3,
	"casework": 3, "second": 3, "policy": 3,
	"paper":   4,
	"payment": 3, "payment/stripe": 3, "payment/sandbox": 3, "payment/collect": 3,
	"reconcile": 4,
	"purchase":  4, "reversal": 4, "creator": 4, "gift": 4, "tip": 4, "subscription": 4, "series": 4, "market": 4, "agency": 4,
	"fund": 4, "payout": 4, "live": 4, "support": 4, "goal": 4, "chat": 4, "webhook": 4, "webhook/courier": 4, "report": 4,
	"api": floorWorld, "web": floorWorld,
	"app":  6,
	"tidy": floorTest, "walk": floorTest, "sim": floorTest, "bench": floorTest, "tools": floorTest,
}

// adapters are the packages that speak to the world outside for a product:
// the provider's two, and the one that sends webhooks. They may use net/http,
// and import the package whose words they translate.
var adapters = map[string]string{
	"webhook/courier": "webhook",
	"payment/stripe":  "payment",
	"payment/sandbox": "payment",
}

// above are the packages that stand on the shoulders of others of their floor.
var above = map[string][]string{
	"payment/collect": {"payment", "payment/stripe"},
	"paper":           {"report"},
	"casework":        {"people"}, // two of them decide
	"second":          {"people"},
	"policy":          {"people"}, // one of them schedules
	"wallet":          {"policy"}, // prices have versions
	"earnings":        {"policy"}, // rates, too
	"limit":           {"policy"}, // and velocities
	"reversal":        {"payout"}, // what is reserved for a payout is ours, until it goes
}

// onlyIn says which outside packages stand in which of ours alone.
var onlyIn = []struct {
	outside string
	homes   []string
	reason  string
}{
	{"modernc.org/sqlite", []string{"db"}, "the engines differ in db alone"},
	{"github.com/jackc/pgx", []string{"db"}, "the engines differ in db alone"},
	{"github.com/pressly/goose", []string{"db"}, "migrations run where the engines are known"},
	{"github.com/stripe/stripe-go", []string{"payment/stripe", "payment/sandbox"}, "products know payments, not a provider"},
	{"github.com/danielgtaylor/huma", []string{"api"}, "the routes are one table"},
	{"github.com/a-h/templ", []string{"web"}, "pages stand in web"},
	{"github.com/johnfercher/maroto", []string{"paper"}, "papers are written in one place"},
	{"github.com/phpdave11/gofpdf", []string{"paper"}, "papers are written in one place"},
}

// home returns the entry of floorOf that a package below internal belongs to.
func home(pkg string) (string, bool) {
	for p := pkg; ; {
		if _, ok := floorOf[p]; ok {
			return p, true
		}
		cut := strings.LastIndexByte(p, '/')
		if cut < 0 {
			return "", false
		}
		p = p[:cut]
	}
}

// testHelp tells whether a package serves tests only (dbtest, ledgertest).
func testHelp(pkg string) bool {
	return strings.HasSuffix(pkg, "test") && strings.Contains(pkg, "/")
}

// floors checks each import of ours in the files that are built into the
// program. Test files arrange worlds and may look anywhere.
func floors(t *tree) []finding {
	var found []finding
	told := map[string]bool{}
	for _, s := range t.files {
		if s.test {
			continue
		}
		from, known := home(s.pkg)
		if s.pkg != "" && !known {
			if !told[s.pkg] {
				found = append(found, s.at(s.ast.Name.Pos(),
					"give it a floor in floorOf (internal/tidy/floors_test.go), or put the code into a package that has one",
					"package %s has no floor", s.pkg))
			}
			told[s.pkg] = true
			continue
		}
		for _, imp := range s.ast.Imports {
			target, _ := strconv.Unquote(imp.Path.Value)
			pkg, ours := strings.CutPrefix(target, module+"/internal/")
			if !ours {
				continue
			}
			if rule := refuse(s, from, pkg); rule != "" {
				found = append(found, s.at(imp.Pos(),
					"pass the value or a small interface in from above, move the shared rule down a floor, or let an event carry it",
					"%s", rule))
			}
		}
	}
	return found
}

// refuse returns why a file may not import our package pkg, or "".
func refuse(s *source, from, pkg string) string {
	to, known := home(pkg)
	if !known {
		return fmt.Sprintf("it imports %s, which has no floor", pkg)
	}
	own, below := floorMain, floorOf[to]
	if s.pkg != "" {
		own = floorOf[from]
	}
	switch {
	case testHelp(pkg) && !testHelp(s.pkg) && own != floorTest:
		return fmt.Sprintf("%s imports %s, which is for tests", s.name(), pkg)
	case from == to && s.pkg != "":
		return "" // one family
	case adapters[from] == to, slices.Contains(above[from], to):
		return ""
	case own == floorMain && below == floorTest:
		return "" // the program has the simulation as a command
	case own == floorTest && below == floorTest:
		return fmt.Sprintf("%s imports %s: programs and tests about the code stand alone", s.name(), pkg)
	case testHelp(pkg) && testHelp(s.pkg):
		return "" // helpers of tests help each other
	case own == floorWorld && to == "db":
		return fmt.Sprintf("%s (floor %d) sees the database: products own their SQL and open their transactions", s.name(), own)
	case below >= own:
		return fmt.Sprintf("%s (floor %d) imports %s (floor %d): only lower floors may be imported", s.name(), own, pkg, below)
	}
	return ""
}

// outside checks who imports net/http and the libraries that have one home.
func outside(t *tree) []finding {
	var found []finding
	for _, s := range t.files {
		if s.test || s.pkg == "" {
			continue
		}
		own, _ := home(s.pkg)
		for _, imp := range s.ast.Imports {
			target, _ := strconv.Unquote(imp.Path.Value)
			if within(target, "net/http") && floorOf[own] < floorWorld && adapters[own] == "" {
				found = append(found, s.at(imp.Pos(),
					"rules know nothing of HTTP: take what you need as an interface and let internal/app pass it in",
					"%s (floor %d) imports %s", s.pkg, floorOf[own], target))
			}
			for _, o := range onlyIn {
				if within(target, o.outside) && !slices.Contains(o.homes, own) && floorOf[own] != floorTest {
					homes := strings.Join(o.homes, " and ")
					found = append(found, s.at(imp.Pos(),
						"use what "+homes+" offers, or add it there",
						"%s imports %s, which only %s may: %s", s.pkg, target, homes, o.reason))
				}
			}
		}
	}
	return found
}

// within tells whether an import path is the package p or stands below it.
func within(target, p string) bool {
	return target == p || strings.HasPrefix(target, p+"/")
}

func TestFloors(t *testing.T)  { holds(t, floors) }
func TestOutside(t *testing.T) { holds(t, outside) }

func TestFloorsBite(t *testing.T) {
	bites(t, floors, map[string]string{
		"internal/money/money.go":                   "package money\nimport _ \"" + module + "/internal/db\"\n",
		"internal/gift/send.go":                     "package gift\nimport _ \"" + module + "/internal/payout\"\n",
		"internal/gift/read.go":                     "package gift\nimport _ \"" + module + "/internal/wallet\"\n",
		"internal/gift/send_test.go":                "package gift\nimport _ \"" + module + "/internal/payout\"\n",
		"internal/web/web.go":                       "package web\nimport _ \"" + module + "/internal/db\"\n",
		"internal/web/page/page.go":                 "package page\nimport _ \"" + module + "/internal/web\"\n",
		"internal/db/dbtest/each.go":                "package dbtest\nimport _ \"" + module + "/internal/db\"\n",
		"internal/wallet/lot.go":                    "package wallet\nimport _ \"" + module + "/internal/db/dbtest\"\n",
		"internal/store/store.go":                   "package store\n",
		"internal/payment/payment.go":               "package payment\nimport _ \"" + module + "/internal/payment/stripe\"\n",
		"internal/payment/stripe/stripe.go":         "package stripe\nimport _ \"" + module + "/internal/payment\"\n",
		"internal/payment/sandbox/sandbox.go":       "package sandbox\nimport _ \"" + module + "/internal/payment/stripe\"\n",
		"internal/payment/collect/collect.go":       "package collect\nimport _ \"" + module + "/internal/payment/stripe\"\n",
		"internal/payment/collect/card.go":          "package collect\nimport _ \"" + module + "/internal/people\"\n",
		"internal/sim/sim.go":                       "package sim\nimport _ \"" + module + "/internal/ledger/ledgertest\"\n",
		"internal/app/app.go":                       "package app\nimport _ \"" + module + "/internal/sim\"\n",
		"cmd/ovation/main.go":                       "package main\nimport _ \"" + module + "/internal/sim\"\n",
		"internal/outbox/dispatch.go":               "package outbox\nimport _ \"" + module + "/internal/people\"\n",
		"internal/ledger/ledgertest/ledgertest.go":  "package ledgertest\nimport _ \"" + module + "/internal/ledger\"\n",
		"internal/ledger/ledgertest/with_dbtest.go": "package ledgertest\nimport _ \"" + module + "/internal/db/dbtest\"\n",
	},
		"internal/money/money.go:2", "internal/gift/send.go:2", "internal/web/web.go:2", "internal/wallet/lot.go:2",
		"internal/store/store.go:1", "internal/payment/payment.go:2", "internal/payment/sandbox/sandbox.go:2", "internal/payment/collect/card.go:2",
		"internal/app/app.go:2", "internal/outbox/dispatch.go:2")
}

func TestOutsideBites(t *testing.T) {
	bites(t, outside, map[string]string{
		"internal/webhook/send.go":            "package webhook\nimport _ \"net/http\"\n",
		"internal/webhook/send_test.go":       "package webhook\nimport _ \"net/http/httptest\"\n",
		"internal/payment/sandbox/sandbox.go": "package sandbox\nimport _ \"net/http\"\n",
		"internal/api/routes.go":              "package api\nimport _ \"net/http\"\n",
		"internal/gift/send.go":               "package gift\nimport _ \"github.com/jackc/pgx/v5\"\n",
		"internal/db/postgres.go":             "package db\nimport _ \"github.com/jackc/pgx/v5\"\n",
	}, "internal/webhook/send.go:2", "internal/gift/send.go:2")
}

// TestFloorOf keeps the table short: a folder below a package belongs to it
// and needs no entry unless it differs.
func TestFloorOf(t *testing.T) {
	for pkg := range floorOf {
		parent, _, nested := strings.Cut(pkg, "/")
		if nested && adapters[pkg] != parent && above[pkg] == nil {
			t.Errorf("floorOf lists %s, which belongs to %s already; way out: delete the entry", pkg, parent)
		}
	}
}
