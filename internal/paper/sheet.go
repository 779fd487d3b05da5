package paper

import (
	"bytes"
	"fmt"
	"regexp"
	"time"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/line"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/pagesize"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/johnfercher/maroto/v2/pkg/repository"
	"github.com/phpdave11/gofpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// family is the name of our font in the files. It covers Latin, Greek and
// Cyrillic.
const family = "go"

// The library's catalogues would stand in the order of a map.
func init() { gofpdf.SetDefaultCatalogSort(true) }

var (
	ink   = &props.Color{Red: 24, Green: 24, Blue: 27}
	faint = &props.Color{Red: 98, Green: 98, Blue: 108}
	rule  = &props.Color{Red: 212, Green: 212, Blue: 218}
	wash  = &props.Color{Red: 244, Green: 244, Blue: 246}
)

// sheet is a paper that is being written: A4, with a foot on each page.
type sheet struct {
	m    core.Maroto
	w    words
	head []cell // of the table that is being written: on each of its pages
}

// newSheet begins a paper of the instant, with a title for its metadata. foot
// stands on every page, beside the number of the page.
func newSheet(w words, title, foot string, us int64) (*sheet, error) {
	fonts, err := repository.New().AddUTF8FontFromBytes(family, fontstyle.Normal, goregular.TTF).AddUTF8FontFromBytes(family, fontstyle.Bold, gobold.TTF).Load()
	if err != nil {
		return nil, fmt.Errorf("paper: the fonts: %w", err)
	}
	cfg := config.NewBuilder().WithPageSize(pagesize.A4).WithLeftMargin(18).WithRightMargin(18).WithTopMargin(16).WithBottomMargin(14).
		WithCustomFonts(fonts).WithDefaultFont(&props.Font{Family: family, Size: 9, Style: fontstyle.Normal, Color: ink}).
		WithPageNumber(props.PageNumber{Pattern: w.T("page"), Place: props.RightBottom, Family: family, Size: 8, Color: faint}).
		WithTitle(title, true).WithCreator("Ovation", true).WithCreationDate(time.UnixMicro(us).UTC()).WithCompression(true).Build()
	s := &sheet{m: maroto.New(cfg), w: w}
	return s, s.m.RegisterFooter(row.New(8).Add(col.New(12).Add(text.New(written(foot), props.Text{Top: 3, Size: 8, Color: faint}))))
}

// modified is the instant of the file's last change, which the library takes from
// the clock.
var modified = regexp.MustCompile(`/ModDate \(D:\d{14}\)`)

// bytes ends the paper.
func (s *sheet) bytes(us int64) ([]byte, error) {
	d, err := s.m.Generate()
	if err != nil {
		return nil, fmt.Errorf("paper: writing: %w", err)
	}
	all := d.GetBytes()
	stamp := []byte("/ModDate (D:" + time.UnixMicro(us).UTC().Format("20060102150405") + ")")
	if at := modified.FindIndex(tail(all)); at != nil { // of the same length, so that all places stay
		copy(tail(all)[at[0]:at[1]], stamp)
	}
	return all, nil
}

// tail is the part of a file with its metadata, behind all streams.
func tail(all []byte) []byte {
	return all[max(0, bytes.LastIndex(all, []byte("endstream"))):]
}

// cell is a text in a row: so many of the twelve columns wide.
type cell struct {
	width int
	text  string
	under string // smaller, in a line below
	right bool
	bold  bool
	faint bool
}

// Heights of lines, in millimetres.
const (
	lineHeight  = 4.2
	underHeight = 3.6
	rowPad      = 1.2
)

// row writes cells beside each other, as high as the highest.
func (s *sheet) row(cells ...cell) *sheet { return s.painted(nil, cells...) }

func (s *sheet) painted(ground *props.Color, cells ...cell) *sheet {
	height := 0.0
	cols := make([]core.Col, len(cells))
	for i, c := range cells {
		body := props.Text{Top: rowPad, Size: 9, Color: ink, Left: 1, Right: 1}
		if c.right {
			body.Align = align.Right
		}
		if c.bold {
			body.Style = fontstyle.Bold
		}
		if c.faint {
			body.Color = faint
		}
		lines := s.lines(c.text, c.width, body)
		high := rowPad*2 + float64(lines)*lineHeight
		body.VerticalPadding = lineHeight - 3.2
		one := col.New(c.width).Add(text.New(c.text, body))
		if c.under != "" {
			small := props.Text{Top: rowPad + float64(lines)*lineHeight, Size: 7.5, Color: faint, Align: body.Align, Left: 1, Right: 1, VerticalPadding: underHeight - 2.7}
			one.Add(text.New(c.under, small))
			high += float64(s.lines(c.under, c.width, small)) * underHeight
		}
		cols[i] = one
		height = max(height, high)
	}
	r := row.New(height).Add(cols...)
	if ground != nil {
		r.WithStyle(&props.Cell{BackgroundColor: ground})
	}
	s.add(height, r)
	return s
}

// table begins a table: what is written until endTable has the head on each page.
func (s *sheet) table(head ...cell) *sheet {
	s.painted(wash, head...)
	s.head = head
	return s
}

func (s *sheet) endTable() *sheet {
	s.head = nil
	return s
}

// headHigh is the height of the head of a table, which has one line.
const headHigh = rowPad*2 + lineHeight

// add adds what is so high. Where a table goes on on another page, its head stands
// first there; what is left of this page is filled, because the head would fit.
func (s *sheet) add(height float64, r core.Row) {
	if head := s.head; head != nil && !s.m.FitlnCurrentPage(height) {
		const step = .5
		for s.m.FitlnCurrentPage(headHigh - step) {
			s.space(step)
		}
		s.endTable().table(head...)
	}
	s.m.AddRows(r)
}

// inner is the width of a page between its margins, and of one of twelve columns
// as characters of a size: the fonts are about half as wide as they are high.
const inner = 174.0

// lines is how many lines a text takes at most, a little generous.
func (s *sheet) lines(t string, width int, p props.Text) int {
	room := inner*float64(width)/12 - 2
	wide := 0.0
	n := 1
	for _, r := range t {
		step := p.Size * 0.3528 * 0.56
		if p.Style == fontstyle.Bold {
			step *= 1.06
		}
		if wide += step; wide > room && r == ' ' || wide > room*1.06 {
			n, wide = n+1, 0
		}
	}
	return n
}

// heading is a large line.
func (s *sheet) heading(t string, size float64) *sheet {
	s.m.AddRows(row.New(size * 0.62).Add(col.New(12).Add(text.New(t, props.Text{Size: size, Style: fontstyle.Bold, Color: ink, Left: 1}))))
	return s
}

// ruled is a thin line across the page. At the end of a page of a table there is none:
// it would be alone below the head on the next.
func (s *sheet) ruled() *sheet {
	if s.head != nil && !s.m.FitlnCurrentPage(1) {
		return s
	}
	s.add(1, row.New(1).Add(line.NewCol(12, props.Line{Color: rule, Thickness: 0.2, SizePercent: 100})))
	return s
}

// space is empty.
func (s *sheet) space(mm float64) *sheet {
	s.m.AddRows(row.New(mm))
	return s
}

// note is a sentence across the page.
func (s *sheet) note(t string) *sheet { return s.row(cell{width: 12, text: t, faint: true}) }

// fact is a name and what it is.
func (s *sheet) fact(name, what string) *sheet {
	return s.row(cell{width: 3, text: name, faint: true}, cell{width: 9, text: what})
}
