package text

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
)

// number is what a spreadsheet takes for a number and nothing else.
var number = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?$`)

// formulaMarks begin what a spreadsheet runs instead of showing it, also in
// their wide forms; a tab or a line break in front of one is skipped by some.
const formulaMarks = "=+-@\t\r\n＝＋－＠"

// Cell returns the text as a cell of a CSV file: what a spreadsheet would run
// as a formula gets an apostrophe in front, which has it shown. Numbers stay
// numbers. Cells that begin with an apostrophe or a space before such a mark
// get one too.
func Cell(s string) string {
	bare := strings.TrimLeft(s, " \u00a0\u3000\ufeff\x00")
	if bare == "" || number.MatchString(s) || !strings.ContainsRune(formulaMarks, []rune(bare)[0]) {
		return s
	}
	return "'" + s
}

// CSV writes a table as RFC 4180 has it. The cells of its rows are guarded, so
// that what people have written about themselves does nothing to who opens it.
type CSV struct {
	w   *csv.Writer
	row []string
}

// NewCSV returns a CSV that begins with the names of its columns.
func NewCSV(w io.Writer, columns ...string) (*CSV, error) {
	c := &CSV{w: csv.NewWriter(w)}
	c.w.UseCRLF = true
	return c, c.w.Write(columns)
}

// Row writes a row.
func (c *CSV) Row(cells ...string) error {
	c.row = c.row[:0]
	for _, cell := range cells {
		c.row = append(c.row, Cell(cell))
	}
	return c.w.Write(c.row)
}

// Close writes what is left of the table. It does not close the writer below.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}
