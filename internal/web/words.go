package web

import (
	"fmt"
	"net/http"

	"golang.org/x/text/language"
)

// languages are those that the pages speak; the first is what everybody else
// gets.
var (
	languages = []string{"en", "fr"}
	matcher   = language.NewMatcher([]language.Tag{language.English, language.French})
)

// The cookies of what a visitor chose.
const (
	langCookie     = "ovation_lang"
	themeCookie    = "ovation_theme"
	currencyCookie = "ovation_currency"
	keysCookie     = "ovation_keys"
)

// said is one sentence in every language that the pages speak.
type said struct{ en, fr string }

// phrases are the sentences of an area, by key. They stand beside each other,
// so that nobody adds one and forgets the other.
type phrases map[string]said

// words are the catalogues, by language and key.
var words = map[string]map[string]string{"en": {}, "fr": {}}

// speak adds the sentences of an area. Each area has a file words_<area>.go
// that calls it once; a key belongs to one area.
func speak(p phrases) struct{} {
	for key, s := range p {
		if words["en"][key] != "" {
			panic("web: two areas say " + key)
		}
		words["en"][key], words["fr"][key] = s.en, s.fr
	}
	return struct{}{}
}

// languageOf takes the language that the visitor chose, or else the one that
// the browser asks for.
func languageOf(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && words[c.Value] != nil {
		return c.Value
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return languages[0]
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return languages[0]
	}
	return languages[i]
}

// T returns the words of the key, with the values put in. A key that is
// missing shows; a test looks for that.
func (v *visit) T(key string, values ...any) string {
	text, ok := words[v.lang][key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// N returns the words of the key for a count: key.one or key.other, with the
// count as the first value. French counts 0 as one.
func (v *visit) N(key string, n int64, values ...any) string {
	form := ".other"
	if n == 1 || n == -1 || v.lang == "fr" && n == 0 {
		form = ".one"
	}
	return v.T(key+form, append([]any{v.number(n)}, values...)...)
}

// has reports whether there are words for a key, for those that are made of
// data.
func (v *visit) has(key string) bool { _, ok := words[v.lang][key]; return ok }

// or returns the words of the key, or the data itself where there are none.
func (v *visit) or(key, data string) string {
	if v.has(key) {
		return v.T(key)
	}
	return data
}
