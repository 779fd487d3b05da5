package text_test
package text

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/text"
)

func TestCSVCell(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Ada": "Ada", "Ada, \"x\"": "Ada, \"x\"", "a=b": "a=b", "5": "5", "été": "été",
		"=1+1": "'=1+1", "+33 1": "'+33 1", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		" =1": "' =1", "\u00a0+1": "'\u00a0+1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"a\x00=b": "a=b", "\x00=b": "'=b", "\xff=b": "\ufffd=b",
	} {
		if got := text.CSVCell(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
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

// Whatever is written comes back the same from a CSV file, and no cell begins a
// formula.
func FuzzCSVCell(f *testing.F) {
	for _, s := range []string{"=1", "a\"b", "\r\n", "-1,2", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := text.CSVCell(s)
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Errorf("%q becomes %q", s, cell)
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.UseCRLF = true
		if err := w.Write([]string{"x", cell}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		row, err := csv.NewReader(strings.NewReader(b.String())).Read()
		if want := strings.ReplaceAll(cell, "\r\n", "\n"); err != nil || len(row) != 2 || strings.ReplaceAll(row[1], "\r\n", "\n") != want && !strings.Contains(cell, "\r") {
			t.Errorf("%q is read as %q, %v", cell, row, err)
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
