package api

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
)

// Rules write their sentences in English, as formats with the numbers of the
// case. A phrase is such a format and its French. A finished sentence is
// translated by finding the format that it was made from and putting the same
// numbers into the French one. So a rule does not carry its languages with
// it, and a sentence that nobody has translated is still told, in English.

// phrase is a format and its translation. %[2]s in the French takes the
// second value of the English; verbs without a number take them in order.
type phrase struct {
	prefix  string // of the English, up to its first verb
	english *regexp.Regexp
	french  string
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?[0-9]*[a-zA-Z]|%%`)

// phrasesFrench is the catalogue of phrases_fr.go, prepared at its first use;
// of two formats that fit a sentence the one that begins more exactly wins.
var phrasesFrench = sync.OnceValue(func() []phrase {
	all := compilePhrases(french)
	slices.SortFunc(all, func(a, b phrase) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), strings.Compare(a.french, b.french))
	})
	return all
})

func compilePhrases(catalogue map[string]string) []phrase {
	all := make([]phrase, 0, len(catalogue))
	for english, french := range catalogue {
		var b strings.Builder
		b.WriteString(`(?s)^`)
		at := 0
		prefix := english
		for i, m := range verb.FindAllStringIndex(english, -1) {
			b.WriteString(regexp.QuoteMeta(english[at:m[0]]))
			if english[m[0]:m[1]] == "%%" {
				b.WriteString("%")
			} else {
				b.WriteString("(.*?)")
			}
			if at = m[1]; i == 0 {
				prefix = english[:m[0]]
			}
		}
		b.WriteString(regexp.QuoteMeta(english[at:]))
		b.WriteString("$")
		all = append(all, phrase{prefix, regexp.MustCompile(b.String()), french})
	}
	return all
}

// translate returns the sentence in the language, or as it is.
func translate(l Language, sentence string) string {
	if l == English || sentence == "" {
		return sentence
	}
	for _, p := range phrasesFrench() {
		if !strings.HasPrefix(sentence, p.prefix) {
			continue
		}
		if m := p.english.FindStringSubmatch(sentence); m != nil {
			values := m[1:]
			for i, v := range values {
				values[i] = translateValue(l, v)
			}
			return fill(p.french, values)
		}
	}
	return sentence
}

// translateValue translates what a rule has put into its sentence: a word, a
// sentence of another rule, or a list of parts.
func translateValue(l Language, v string) string {
	if w, ok := frenchWords[v]; ok {
		return w
	}
	if !strings.Contains(v, " ") {
		return v
	}
	parts := strings.Split(v, "; ")
	for i, part := range parts {
		parts[i] = translate(l, part)
	}
	return strings.Join(parts, " ; ")
}

// fill puts the values into a format.
func fill(format string, values []string) string {
	next := 0
	return verb.ReplaceAllStringFunc(format, func(v string) string {
		if v == "%%" {
			return "%"
		}
		i := next
		next++
		if v[1] == '[' {
			i = int(v[2] - '1')
		}
		if i >= len(values) {
			return ""
		}
		return values[i]
	})
}

// fieldsIn translates the details of wrong fields.
func fieldsIn(l Language, fields []fault.Field) []ProblemField {
	out := make([]ProblemField, len(fields))
	for i, f := range fields {
		out[i] = ProblemField{Pointer: f.Pointer, Code: string(f.Code), Detail: translate(l, f.Detail)}
	}
	return out
}

// Translate returns a rule's sentence in the language of the tag ("fr"), or as
// it is. The pages use it, so that they say the same as the API.
func Translate(tag, sentence string) string { return translate(languageOf(tag), sentence) }
