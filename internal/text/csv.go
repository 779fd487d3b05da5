package text

import (
	"strings"
	"unicode/utf8"
)

// CSVCell returns a text as it may stand in a cell of a CSV file that people
// open with a spreadsheet: what the program would take for a formula gets an
// apostrophe in front, which makes it a text. Quotation marks and line breaks
// are the business of encoding/csv. Numbers of our own need it not, and a
// negative one would become a text by it.
func CSVCell(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, string(utf8.RuneError)), "\x00", "")
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if strings.ContainsRune(formulas, first) || strings.ContainsAny(s[:min(1, len(s))], "\t\r\n") {
		return "'" + s
	}
	return s
}

// formulas begin one; the last four are those of full width, which programs in
// Japanese and Chinese take as well.
const formulas = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
