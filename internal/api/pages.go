package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
)

//go:embed pages.css
var pagesCSS string

//go:embed pages.tmpl
var pagesTemplate string

var pages = template.Must(template.New("pages").Parse(pagesTemplate))

// pagePolicy lets a page load nothing but the style that it carries.
var pagePolicy = func() []string {
	sum := sha256.Sum256([]byte(pagesCSS))
	return []string{"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
}()

var htmlType = []string{"text/html; charset=utf-8"}

// frameOf is what every page shows around its content.
type frameOf struct {
	Language string
	Title    string
	CSS      template.CSS
	Home     string // the words of the link to all codes
	Docs     string
}

func pageFrame(l Language, title string) frameOf {
	f := frameOf{Language: l.Tag(), Title: title, CSS: template.CSS(pagesCSS), Home: "All problems", Docs: "The API"} //nolint:gosec // our own file
	if l == French {
		f.Home, f.Docs = "Tous les problèmes", "L’API"
	}
	return f
}

// showPage renders a page. The text differs by language and by what is
// accepted, which a cache must know.
func showPage(w http.ResponseWriter, l Language, name string, data any) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Language"] = contentLanguage[l]
	h["Content-Security-Policy"] = pagePolicy
	h["Vary"] = []string{"Accept, Accept-Language"}
	_, err := w.Write(b.Bytes())
	return err
}

// problemIn is the input of a code's page.
type problemIn struct {
	Code string `path:"code" maxLength:"64" doc:"A code, such as insufficient_balance"`
}

// problemPage is what is known of a code.
type problemPage struct {
	Type      string `json:"type"`
	Code      string `json:"code"`
	Status    int    `json:"status"`
	Title     string `json:"title"`
	Means     string `json:"means"`
	Do        string `json:"do"`
	Retryable bool   `json:"retryable"`

	Members []problemMember `json:"members"` // beside those of every problem
}

func explainCode(l Language, code fault.Code) problemPage {
	o, words := outcomes[code], helpFor(l, code)
	return problemPage{"/problems/" + string(code), string(code), o.status, words.title, words.means, words.do, o.retryable, membersFor(l, code)}
}

// Codes are all codes of problems, by status and name.
func Codes() []fault.Code {
	all := make([]fault.Code, 0, len(outcomes))
	for code := range outcomes {
		all = append(all, code)
	}
	slices.SortFunc(all, func(a, b fault.Code) int {
		if d := outcomes[a].status - outcomes[b].status; d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	})
	return all
}

// pageCodes are answered by pages and by addresses that are no operation, and
// so stand in no line of the table of routes.
var pageCodes = []fault.Code{fault.MethodNotAllowed, fault.LinkInvalid, fault.LinkExpired, fault.PaymentRequired}

// returned are the codes that this program can answer with, in the order of
// Codes. What only products to come will need has its place in the table of
// errors, and is not shown as if it happened.
func (a *API) returned() []fault.Code {
	can := map[fault.Code]bool{}
	for _, code := range pageCodes {
		can[code] = true
	}
	for _, op := range a.operations {
		for _, code := range op.problems() {
			can[code] = true
		}
	}
	return slices.DeleteFunc(Codes(), func(code fault.Code) bool { return !can[code] })
}

// wantsJSON reports whether a client asks for JSON rather than for a page.
func wantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header["Accept"], ",")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

func showJSON(w http.ResponseWriter, l Language, v any) error {
	h := w.Header()
	h["Content-Type"] = onlyJSON
	h["Content-Language"] = contentLanguage[l]
	h["Vary"] = []string{"Accept, Accept-Language"}
	return encode(w, v)
}

// problemsGet serves /problems.
func (a *API) problemsGet(w http.ResponseWriter, r *http.Request) error {
	l := LanguageOf(r.Context())
	var all []problemPage
	for _, code := range a.shown {
		all = append(all, explainCode(l, code))
	}
	if wantsJSON(r) {
		return showJSON(w, l, List[problemPage]{Object: "list", Data: all})
	}
	title := "What went wrong, and what to do"
	if l == French {
		title = "Ce qui n’a pas marché, et que faire"
	}
	return showPage(w, l, "problems", struct {
		frameOf
		Problems []problemPage
	}{pageFrame(l, title), all})
}

// problemGet serves /problems/{code}, the address in every problem's type.
func (a *API) problemGet(w http.ResponseWriter, r *http.Request) error {
	l := LanguageOf(r.Context())
	code := fault.Code(r.PathValue("code"))
	if !slices.Contains(a.shown, code) {
		return fault.New(fault.NotFound, "There is no problem with this code. All of them are at /problems.")
	}
	p := explainCode(l, code)
	if wantsJSON(r) {
		return showJSON(w, l, p)
	}
	labels := [...]string{"What it means", "What to do", "What else the problem says", "The same request, with the same Idempotency-Key, may succeed later.", "Sending the same request again does not help."}
	if l == French {
		labels = [...]string{"Ce que cela veut dire", "Que faire", "Ce que dit encore le problème", "La même requête, avec la même Idempotency-Key, peut réussir plus tard.", "Renvoyer la même requête n’aide pas."}
	}
	again := labels[4]
	if p.Retryable {
		again = labels[3]
	}
	return showPage(w, l, "problem", struct {
		frameOf
		Problem                problemPage
		Means, Do, Says, Again string
	}{pageFrame(l, p.Title), p, labels[0], labels[1], labels[2], again})
}
