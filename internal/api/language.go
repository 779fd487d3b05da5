package api

import (
	"strconv"
	"strings"
)

// Language is a language in which the API explains itself. Codes, names and
// ids are the same in every language.
type Language uint8

// The languages. English is what a client gets that asks for none of them.
const (
	English Language = iota
	French
)

// Tag returns the BCP 47 tag.
func (l Language) Tag() string {
	if l == French {
		return "fr"
	}
	return "en"
}

// languageOf picks the language that an Accept-Language header prefers.
func languageOf(accept string) Language {
	if accept == "" || strings.HasPrefix(accept, "en") {
		return English // the two usual cases; what follows has a lower weight
	}
	best, weight := English, 0.0
	for range 10 { // a longer list is not read to its end
		item, rest, more := strings.Cut(accept, ",")
		tag, params, _ := strings.Cut(item, ";")
		primary, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
		l := English
		switch strings.ToLower(primary) {
		case "fr":
			l = French
		case "en", "*":
		default:
			primary = ""
		}
		if q := quality(params); primary != "" && q > weight {
			best, weight = l, q
		}
		if accept = rest; !more {
			break
		}
	}
	return best
}

// quality reads the weight of an item of an Accept header: 1 unless it says
// otherwise, 0 if what it says is no weight.
func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}
