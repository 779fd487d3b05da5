package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tag is a start or end tag of a page.
type tag struct {
	name  string
	end   bool
	attrs map[string]string
}

var (
	tagForm  = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>` + "`" + `]+))?)*)\s*/?>`)
	attrForm = regexp.MustCompile(`([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>` + "`" + `]+)))?`)
)

// tags reads the tags of a page that this package wrote; it is no parser of
// other people's HTML.
func tags(page string) []tag {
	var all []tag
	for _, m := range tagForm.FindAllStringSubmatch(page, -1) {
		t := tag{name: strings.ToLower(m[2]), end: m[1] == "/", attrs: map[string]string{}}
		for _, a := range attrForm.FindAllStringSubmatch(m[3], -1) {
			t.attrs[strings.ToLower(a[1])] = a[2] + a[3] + a[4]
		}
		all = append(all, t)
	}
	return all
}

var voidTags = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// checkHTML wants of a whole page what every page promises.
func checkHTML(t *testing.T, name, lang, page string) {
	t.Helper()
	all := tags(page)
	var open []string
	ids, count, labels := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, x := range all {
		if x.end {
			if len(open) == 0 || open[len(open)-1] != x.name {
				t.Errorf("%s: </%s> closes %v", name, x.name, open)
				return
			}
			open = open[:len(open)-1]
			continue
		}
		if !slices.Contains(voidTags, x.name) {
			open = append(open, x.name)
		}
		if x.name != "title" || !slices.Contains(open, "svg") { // a drawing has titles of its own
			count[x.name]++
		}
		if slices.Contains(open, "label") {
			x.attrs["inside-label"] = "yes"
		}
		if id, ok := x.attrs["id"]; ok {
			ids[id]++
		}
		labels[x.attrs["for"]] = true
		checkTag(t, name, x)
	}
	if len(open) > 0 {
		t.Errorf("%s: never closed: %v", name, open)
	}
	for id, n := range ids {
		if n > 1 || id == "" {
			t.Errorf("%s: the id %q is there %d times", name, id, n)
		}
	}
	for _, x := range all {
		kind := x.attrs["type"]
		if x.end || x.name != "input" && x.name != "select" && x.name != "textarea" || kind == "hidden" || x.attrs["inside-label"] != "" || x.attrs["aria-label"] != "" {
			continue
		}
		if !labels[x.attrs["id"]] || x.attrs["id"] == "" {
			t.Errorf("%s: the field %q has no label", name, x.attrs["name"])
		}
	}
	for _, one := range []string{"h1", "main", "title"} {
		if count[one] != 1 {
			t.Errorf("%s: has %d <%s>, want one", name, count[one], one)
		}
	}
	checkStacked(t, name, all)
	checkText(t, name, lang, page, ids)
}

// checkStacked looks at tables whose cells stand below each other on a phone, where
// nobody sees the heads of the columns: each amount says what it is.
func checkStacked(t *testing.T, name string, all []tag) {
	t.Helper()
	divs, stacked := 0, 0 // how many are open, and with which one it began
	for _, x := range all {
		switch {
		case x.name == "div" && x.end:
			if divs == stacked {
				stacked = 0
			}
			divs--
		case x.name == "div":
			if divs++; stacked == 0 && slices.Contains(strings.Fields(x.attrs["class"]), "stacked") {
				stacked = divs
			}
		case x.name == "tfoot" && stacked > 0 && !x.end: // its rows name themselves
			stacked = -stacked
		case x.name == "tfoot" && x.end:
			stacked = max(stacked, -stacked)
		case stacked > 0 && x.name == "td" && !x.end && slices.Contains(strings.Fields(x.attrs["class"]), "num") && x.attrs["data-label"] == "":
			t.Errorf("%s: an amount of a table that is stacked on a phone has no label", name)
		}
	}
}

func checkTag(t *testing.T, name string, x tag) {
	t.Helper()
	for a := range x.attrs {
		if a == "style" || strings.HasPrefix(a, "on") {
			t.Errorf("%s: <%s> has %s, which the policy forbids", name, x.name, a)
		}
	}
	switch x.name {
	case "img":
		if _, ok := x.attrs["alt"]; !ok {
			t.Errorf("%s: an image without alt", name)
		}
	case "script":
		if x.attrs["src"] == "" {
			t.Errorf("%s: an inline script", name)
		}
	case "style":
		t.Errorf("%s: an inline style sheet", name)
	case "form":
		if m := strings.ToLower(x.attrs["method"]); m != "post" && m != "get" && m != "dialog" {
			t.Errorf("%s: a form with the method %q", name, m)
		}
	case "a":
		if x.attrs["href"] == "" || strings.Contains(x.attrs["href"], "about:invalid") {
			t.Errorf("%s: a link to %q", name, x.attrs["href"])
		}
	}
}

func checkText(t *testing.T, name, lang, page string, ids map[string]int) {
	t.Helper()
	for _, bad := range []string{"⟦", "%!", "<no value>", "&lt;nil&gt;"} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("%s: shows %q", name, page[i:min(len(page), i+60)])
		}
	}
	for _, must := range []string{`<html lang="` + lang + `"`, `class="skip" href="#main"`, `name="viewport"`} {
		if !strings.Contains(page, must) {
			t.Errorf("%s: lacks %s", name, must)
		}
	}
	if ids["main"] != 1 {
		t.Errorf("%s: the skip link leads nowhere", name)
	}
}
