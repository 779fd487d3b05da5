package browsertest

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// longestWay is how many times Tab may have to be pressed on a page. A page
// that needs more has lost who walks it by the keyboard.
const longestWay = 150

// stop is what has the focus, as a line of three: whether it is what is looked
// for, whether one sees that it has the focus, and what it is.
// A field for a date shows it within itself.
const stop = `(n => {
	const s = getComputedStyle(n), box = n.getBoundingClientRect();
	const shown = n === document.body || n.matches('dialog, main, [tabindex="-1"], [type=date], [type=datetime-local]') ||
		box.width > 0 && (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none' ||
			n.matches('[type=radio], [type=checkbox]') && (e => e.outlineStyle !== 'none' || e.boxShadow !== 'none')(getComputedStyle(n.closest('label') ?? n)));
	return [n.matches(%q), shown, n.tagName + ' ' + n.id + ' ' + (n.name ?? '') + ' ' + n.textContent.trim().slice(0, 40)].join('\n');
})(document.activeElement)`

// TabTo presses Tab until what the selector finds has the focus. Each stop on
// the way has to show that it has it.
func (b Tab) TabTo(selector string) {
	b.T.Helper()
	var way []string
	for range longestWay {
		b.Do("press Tab", Press(kb.Tab))
		at := strings.SplitN(b.Value(fmt.Sprintf(stop, selector)), "\n", 3)
		if len(at) < 3 || strings.HasPrefix(at[0], "(") {
			continue // another page has come meanwhile
		}
		if at[1] != "true" {
			b.T.Errorf("%s does not show that it has the focus, on %s", at[2], b.Value("location.pathname"))
		}
		if at[0] == "true" {
			return
		}
		way = append(way, strings.Join(strings.Fields(at[2]), " "))
	}
	b.T.Fatalf("Tab does not lead to %s on %s, but to: %s", selector, b.Value("location.href"), strings.Join(way, "; "))
}

// Enter goes to what the selector finds by Tab and presses Enter on it.
func (b Tab) Enter(selector string) {
	b.T.Helper()
	b.TabTo(selector)
	b.Do("press Enter", Press(kb.Enter))
}

// Fill goes to a field by Tab and types into it, over what it holds.
func (b Tab) Fill(selector, text string) {
	b.T.Helper()
	b.TabTo(selector)
	b.Do("type", Run(`document.activeElement.select?.()`), Press(text))
}

// Choose goes to a group of radio buttons by Tab and along it with an arrow
// until what the selector finds is chosen.
func (b Tab) Choose(group, selector string) {
	b.T.Helper()
	b.TabTo(group)
	for range longestWay {
		if b.Value(fmt.Sprintf(`String(document.activeElement.matches(%q))`, selector)) == "true" {
			if b.Value(`String(document.activeElement.checked)`) != "true" {
				b.Do("press Space", Press(" "))
			}
			return
		}
		b.Do("press the arrow", Press(kb.ArrowRight))
	}
	b.T.Fatalf("the arrows do not lead to %s on %s", selector, b.Value("location.href"))
}
