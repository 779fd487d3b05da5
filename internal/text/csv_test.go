package text

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"Ana":                 "Ana",
		"12.50":               "12.50",
		"-12.50":              "-12.50",
		"-12,50":              "-12,50",
		"+33":                 "+33",
		"2026-03-01":          "2026-03-01",
		"=1+1":                "'=1+1",
		"+1+1":                "'+1+1",
		"-1+1":                "'-1+1",
		"-":                   "'-",
		"@SUM(A1)":            "'@SUM(A1)",
		"\t=1":                "'\t=1",
		"\r=1":                "'\r=1",
		"  =1":                "'  =1",
		"\u00a0=1":            "'\u00a0=1",
		"＝1+1":                "'＝1+1",
		"-2+3+cmd|' /C calc'": "'-2+3+cmd|' /C calc'",
		"a=b":                 "a=b",
		"'=1":                 "'=1",
		" ":                   " ",
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestCSVReadsBack writes any cells, and reads them with a reader that knows
// nothing of the guard: each is what it was, perhaps behind an apostrophe.
func TestCSVReadsBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		cells := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"=1", "a,b", `"`, "a\nb", "-5", "＋1"}), rapid.StringN(0, 12, -1)), 3, 3).Draw(r, "cells")
		for i := range cells { // the reader turns the one line break into the other
			cells[i] = strings.ReplaceAll(cells[i], "\r", "")
		}
		var b strings.Builder
		c, err := NewCSV(&b, "one", "two", "three")
		if err == nil {
			err = c.Row(cells...)
		}
		if err == nil {
			err = c.Close()
		}
		if err != nil {
			r.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != 2 {
			r.Fatalf("%q: %v", b.String(), err)
		}
		for i, cell := range rows[1] {
			if cell != cells[i] && cell != "'"+cells[i] {
				r.Errorf("%q became %q", cells[i], cell)
			}
			if first := strings.TrimLeft(cell, " \u00a0\ufeff"); first != "" && strings.ContainsRune(formulaMarks, []rune(first)[0]) && !number.MatchString(cell) {
				r.Errorf("a spreadsheet runs %q", cell)
			}
		}
	})
}
