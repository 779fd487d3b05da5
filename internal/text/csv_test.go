package text_test

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
		}
	})
}
