package report

// Conversion is the formula of an earning.
var Conversion = conversion

// CSVAtOnce has files be written with so many rows at once, and returns what
// undoes it.
func CSVAtOnce(rows int) (undo func()) {
	was := csvAtOnce
	csvAtOnce = rows
	return func() { csvAtOnce = was }
}
