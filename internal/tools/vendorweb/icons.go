package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// icon is one drawing: the id by which pages use it, and the set's own name
// where that differs.
type icon struct{ id, drawing string }

// icons are used as <svg><use href="…/icons.svg#gift"/></svg>.
var icons = []icon{
	{"alert-triangle", "triangle-alert"},
	{"arrow-right", ""},
	{"bank", "landmark"},
	{"bar-chart", "chart-column"},
	{"bell", ""},
	{"calendar", ""},
	{"check", ""},
	{"chevron-down", ""},
	{"chevron-left", ""},
	{"chevron-right", ""},
	{"chevron-up", ""},
	{"clock", ""},
	{"coins", ""},
	{"copy", ""},
	{"download", ""},
	{"external-link", ""},
	{"gift", ""},
	{"heart", ""},
	{"home", "house"},
	{"info", ""},
	{"languages", ""},
	{"live", "radio"},
	{"lock", ""},
	{"log-out", ""},
	{"menu", ""},
	{"message", "message-circle"},
	{"moon", ""},
	{"muted", "volume-x"},
	{"pause", ""},
	{"play", ""},
	{"plus", ""},
	{"receipt", ""},
	{"refresh", "refresh-cw"},
	{"search", ""},
	{"settings", ""},
	{"shield-check", ""},
	{"sound", "volume-2"},
	{"sparkles", ""},
	{"sun", ""},
	{"trophy", ""},
	{"upload", ""},
	{"user", ""},
	{"users", ""},
	{"video", ""},
	{"wallet", ""},
	{"x", ""},
}

var (
	svgOpen = regexp.MustCompile(`(?s)<svg\b[^>]*>`)
	space   = regexp.MustCompile(`\s+`)
)

// sprite joins the drawings into one file of symbols. The stroke stands on
// each symbol, so that an icon takes the colour of the text around it.
func sprite(lib library, files map[string][]byte) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Icons of %s %s, ISC licence: see %s.LICENSE.txt -->\n", lib.name, lib.version, lib.short)
	b.WriteString("<svg xmlns=\"http://www.w3.org/2000/svg\">\n")
	for _, ic := range lib.icons {
		drawing := ic.drawing
		if drawing == "" {
			drawing = ic.id
		}
		text := string(files["icons/"+drawing+".svg"])
		open := svgOpen.FindStringIndex(text)
		end := strings.LastIndex(text, "</svg>")
		if open == nil || end < 0 {
			return nil, fmt.Errorf("there is no icon called %s", drawing)
		}
		inner := space.ReplaceAllString(strings.TrimSpace(text[open[1]:end]), " ")
		inner = strings.ReplaceAll(strings.ReplaceAll(inner, " />", "/>"), "> <", "><")
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">%s</symbol>`+"\n", ic.id, inner)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String()), nil
}

// sorted returns the keys in order, so that two runs write the same.
func sorted(m map[string][]byte) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
