package web

import "strings"

// The parts that pages are made of (ui.templ) take words, numbers and amounts
// that are written already; they know nothing of products. The gallery
// (/docs/ui) shows each of them in each of its states.

// tile is one figure of a page.
type tile struct {
	Label  string
	Value  string
	Href   string // of the rows that add up to it, or of its explanation
	Panel  bool   // whether Href opens in the panel, as an explanation
	Note   string
	Trend  *trend
	Light  string // good, bad or wait: a light instead of a big number
	Wide   bool
	Points []int64 // of the line under it
}

// trend is how a figure stands against an earlier one.
type trend struct {
	Up, Down bool
	Text     string // such as +12 % against the 7 days before
}

// option is one choice of a row of tabs or of a filter.
type option struct {
	Value, Text string
	Href        string // of a tab
	On          bool
}

// column is the head of a table's column.
type column struct {
	Text    string
	Numeric bool
	Class   string // rank, or far for what a phone leaves out
}

// class is what the head of the column is.
func (c column) class() string {
	if c.Numeric {
		return strings.TrimSpace("num " + c.Class)
	}
	return c.Class
}

// filter is one field of a filter form. Choices make a list, otherwise it is
// an input of the type.
type filter struct {
	Name, Label, Value string
	Type               string // date, search, text
	Choices            []option
	Grow               bool
}
