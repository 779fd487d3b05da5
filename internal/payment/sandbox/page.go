package sandbox

import (
	"bytes"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// sheet is what a page shows.
type sheet struct {
	Title   string
	Problem string // what went wrong, for the person
	Field   string // the field that the problem is about
	Base    string

	Session *checkoutSession
	Amount  string
	Lines   []shownLine
	Saved   []savedCard
	Cards   []shownCard
	In      map[string]string // what was typed, to be there still

	Intent   string
	Merchant string
	Over     string // where to go when there is nothing to do any more

	Account *account
	Banks   []testBank
	Fix     bool // only the bank account is missing
}

type shownLine struct {
	Name, Amount string
	Quantity     int64
}

type savedCard struct{ ID, Label string }

type shownCard struct{ Number, What string }

func (s *Server) pageRoutes(mux *http.ServeMux) {
	guard := http.NewCrossOriginProtection()
	page := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, guard.Handler(h)) }
	page("GET /_pages/checkout/{id}", s.checkoutPage)
	page("POST /_pages/checkout/{id}", s.checkoutSubmit)
	page("GET /_pages/3ds/{id}/{nonce}", s.securePage)
	page("POST /_pages/3ds/{id}/{nonce}", s.secureSubmit)
	page("GET /_pages/onboarding/{id}", s.onboardingPage)
	page("POST /_pages/onboarding/{id}", s.onboardingSubmit)
	page("GET /_pages/sandbox.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "max-age=300")
		http.ServeFileFS(w, r, pageFiles, "page/sandbox.css")
	})
	page("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s.render(w, http.StatusOK, "index.html", &sheet{Title: "Payment sandbox", Cards: shownCards()}, nil)
	})
}

// render writes a page. It runs no script, and its form may lead to the
// addresses given, because browsers check the redirect after a form too.
func (s *Server) render(w http.ResponseWriter, status int, name string, data *sheet, leads []string) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		return
	}
	to := "'self'"
	for _, link := range leads {
		if u, err := url.Parse(link); err == nil && u.Host != "" {
			to += " " + u.Scheme + "://" + u.Host
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action "+to+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // no-referrer would make browsers send "Origin: null" with the form
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a browser that has gone reads nothing
}

// lost answers for a page that does not exist or is over.
func (s *Server) lost(w http.ResponseWriter, status int, sentence, onward string) {
	s.render(w, status, "over.html", &sheet{Title: "Nothing to do here", Problem: sentence, Over: onward}, nil)
}

// typed reads a posted form of a page.
func typed(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can not be read.", http.StatusBadRequest)
		return nil, false
	}
	for name, vals := range r.PostForm {
		for i, v := range vals {
			v = strings.ReplaceAll(strings.ToValidUTF8(v, ""), "\x00", "")
			r.PostForm[name][i] = v[:min(len(v), 200)]
		}
	}
	return r.PostForm, true
}

// look runs fn on what is there, without changing anything.
func (s *Server) look(r *http.Request, fn func(*call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	fn(&call{srv: s, params: &params{}, change: s.state.begin(), at: now, now: now.Unix(), base: s.baseURL(r), req: r})
}

// decimals tells how many digits a currency shows after the point.
func decimals(cur string) int {
	switch {
	case tens[cur]:
		return 3
	case strings.Contains(" bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf ", " "+cur+" "):
		return 0
	}
	return 2
}

// price writes an amount for people: 4.99 USD.
func price(n int64, cur string) string {
	digits := decimals(cur)
	text := strconv.FormatInt(n, 10)
	for len(text) <= digits {
		text = "0" + text
	}
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	return text + " " + strings.ToUpper(cur)
}

// shownCards are the test cards that a page offers.
func shownCards() []shownCard {
	return []shownCard{
		{"4242 4242 4242 4242", "works"},
		{"4000 0027 6000 3184", "asks for 3-D Secure"},
		{"4000 0000 0000 0002", "is declined"},
		{"4000 0000 0000 9995", "has insufficient funds"},
		{"4000 0000 0000 0069", "has expired"},
		{"4000 0000 0000 0341", "can be saved, and is declined later"},
		{"4000 0000 0000 0077", "works, and the money is available at once"},
		{"4000 0000 0000 0259", "works, and is disputed"},
	}
}

// back adds parameters to the address that a person returns to.
func back(to string, add ...string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	q := u.Query()
	for i := 0; i+1 < len(add); i += 2 {
		q.Set(add[i], add[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}
