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
	{"arrow-down", ""},
	{"arrow-left", ""},
	{"arrow-right", ""},
	{"arrow-up", ""},
	{"badge-check", ""},
	{"ban", ""},
	{"bank", "landmark"},
	{"bar-chart", "chart-column"},
	{"bell", ""},
	{"book", "book-open"},
	{"calendar", ""},
	{"check", ""},
	{"check-circle", "circle-check"},
	{"chevron-down", ""},
	{"chevron-left", ""},
	{"chevron-right", ""},
	{"chevron-up", ""},
	{"clock", ""},
	{"code", "code-xml"},
	{"coins", ""},
	{"copy", ""},
	{"crown", ""},
	{"database", ""},
	{"diff", ""},
	{"download", ""},
	{"external-link", ""},
	{"eye", ""},
	{"eye-off", ""},
	{"file-text", ""},
	{"filter", "list-filter"},
	{"flag", ""},
	{"flame", ""},
	{"gauge", ""},
	{"gift", ""},
	{"goal", "target"},
	{"heart", ""},
	{"help", "circle-question-mark"},
	{"history", ""},
	{"home", "house"},
	{"info", ""},
	{"key", "key-round"},
	{"keyboard", ""},
	{"languages", ""},
	{"layers", ""},
	{"list", ""},
	{"live", "radio"},
	{"lock", ""},
	{"log-in", ""},
	{"log-out", ""},
	{"maximize", ""},
	{"menu", ""},
	{"message", "message-circle"},
	{"moon", ""},
	{"muted", "volume-x"},
	{"pause", ""},
	{"pencil", ""},
	{"percent", ""},
	{"pin", ""},
	{"play", ""},
	{"plug", ""},
	{"plus", ""},
	{"receipt", ""},
	{"refresh", "refresh-cw"},
	{"rocket", ""},
	{"scale", ""},
	{"search", ""},
	{"send", ""},
	{"settings", ""},
	{"share", "share-2"},
	{"shield-check", ""},
	{"snowflake", ""},
	{"sound", "volume-2"},
	{"sparkles", ""},
	{"store", ""},
	{"sun", ""},
	{"tag", ""},
	{"terminal", ""},
	{"trash", "trash-2"},
	{"trending-up", ""},
	{"trophy", ""},
	{"undo", "undo-2"},
	{"upload", ""},
	{"user", ""},
	{"users", ""},
	{"video", ""},
	{"wallet", ""},
	{"webhook", ""},
	{"wifi-off", ""},
	{"wrench", ""},
	{"x", ""},
	{"x-circle", "circle-x"},
	{"zap", ""},
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
