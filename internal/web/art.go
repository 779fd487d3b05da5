package web

import "strings"

// drawn are the gifts that static/gifts.svg has a drawing of, each with the
// emoji that it stands for. An operator's own catalogue may call another gift
// by the same id; its emoji tells.
var drawn = map[string]string{
	"spark": "✨", "rose": "🌹", "clap": "👏", "popcorn": "🍿", "encore": "🎶", "bouquet": "💐", "spotlight": "🔦", "confetti": "🎊",
	"trophy": "🏆", "fireworks": "🎆", "lighthouse": "🗼", "hotair": "🎈", "comet": "☄️", "aurora": "🌌", "ovation": "🎇",
}

// isDrawn reports whether there is a drawing of the gift.
func isDrawn(item, emoji string) bool { return emoji != "" && drawn[item] == emoji }

// artURL is the address of the drawing of a gift, or "".
func (v *visit) artURL(item, emoji string) string {
	if !isDrawn(item, emoji) {
		return ""
	}
	return v.asset("gifts.svg") + "#gift-" + item
}

// giftOf is a gift that a sentence names: its drawing stands before it.
type giftOf struct{ Item, Name, Emoji string }

func (v *visit) giftOf(item string) giftOf {
	name, emoji := v.site.giftName(v, item)
	return giftOf{item, name, emoji}
}

// giftIn finds the gift in the title of an explanation; Item is "" when it
// names none.
func (v *visit) giftIn(kind, title string) giftOf {
	rest, ok := strings.CutPrefix(title, "Combo of ")
	if !ok && kind == "gift" {
		rest, ok = strings.CutPrefix(title, "Gift ")
	}
	if item, _, found := strings.Cut(rest, " × "); ok && found {
		return v.giftOf(item)
	}
	return giftOf{}
}

// giftName is how a gift is called, for places that have no room for its
// drawing.
func (v *visit) giftName(item string) string {
	name, _ := v.site.giftName(v, item)
	return name
}
