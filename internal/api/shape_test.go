package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// errorsOf lists the wrong fields of a problem as pointer=code.
func errorsOf(p map[string]any) string {
	var all []string
	list, _ := p["errors"].([]any)
	for _, e := range list {
		m := e.(map[string]any)
		all = append(all, fmt.Sprint(m["pointer"], "=", m["code"]))
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

func pay(t testing.TB, w *world, body string) *httptest.ResponseRecorder {
	t.Helper()
	return w.ask(t, "POST /v1/payments", asHost, forFan, "", body)
}

// TestNumbers tries every way to write an amount that is none.
func TestNumbers(t *testing.T) {
	w := newWorld(t, nil)
	body := func(n string) string { return strings.Replace(payOK, "70", n, 1) }
	for n, code := range map[string]fault.Code{
		"9223372036854775807": fault.AmountOutOfRange, "9223372036854775808": fault.AmountOutOfRange, "-9223372036854775809": fault.AmountOutOfRange,
		"99999999999999999999999999": fault.AmountOutOfRange, "0": fault.AmountOutOfRange, "-1": fault.AmountOutOfRange, "1000001": fault.AmountOutOfRange,
		"9007199254740993": fault.AmountOutOfRange,
		"1e300":            fault.AmountNotInteger, "1e2": fault.AmountNotInteger, "1e-9": fault.AmountNotInteger, "1.0": fault.AmountNotInteger, "1.5": fault.AmountNotInteger,
		"-0": fault.AmountNotInteger, `"1"`: fault.AmountNotInteger, "true": fault.AmountNotInteger, "[]": fault.AmountNotInteger, "{}": fault.AmountNotInteger, `"١"`: fault.AmountNotInteger,
		"null": fault.ValidationFailed,
		"01":   fault.MalformedJSON, "0x10": fault.MalformedJSON, "NaN": fault.MalformedJSON, "Infinity": fault.MalformedJSON, "+1": fault.MalformedJSON, "1.": fault.MalformedJSON,
		".5": fault.MalformedJSON, "1e": fault.MalformedJSON, "--1": fault.MalformedJSON, "١": fault.MalformedJSON, "": fault.MalformedJSON, "1_000": fault.MalformedJSON,
	} {
		p := wantProblem(t, pay(t, w, body(n)), code)
		if code == fault.AmountOutOfRange && !strings.Contains(p["detail"].(string), "between 1 and 1000000") {
			t.Errorf("%s: the detail does not name the range: %v", n, p["detail"])
		}
	}
	for _, n := range []string{"1", "1000000", " 70 "} {
		if rec := pay(t, w, body(n)); rec.Code != 201 {
			t.Errorf("%s: %d %s", n, rec.Code, rec.Body)
		}
	}
}

func TestFieldsAllAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	for body, want := range map[string]string{
		`{}`: "/amount=validation_failed /currency=validation_failed /to=validation_failed",
		`{"amount":0,"currency":"US","to":"gft_1","note":"` + strings.Repeat("é", 21) + `","extra":{"a":[1]},"when":"today","lines":[{"count":-1,"kind":"cash"},5,{}]}`: "" +
			"/amount=amount_out_of_range /currency=validation_failed /extra=unknown_field /lines/0/count=amount_out_of_range /lines/0/kind=validation_failed " +
			"/lines/1=validation_failed /lines/2/count=validation_failed /lines/2/kind=validation_failed /note=text_too_long /to=validation_failed /when=validation_failed",
		payOK[:len(payOK)-1] + `,"Amount":1}`:                                                "/Amount=unknown_field",
		payOK[:len(payOK)-1] + `,"status":"paid"}`:                                           "/status=unknown_field",
		payOK[:len(payOK)-1] + `,"a/b~c":1}`:                                                 "/a~1b~0c=unknown_field",
		payOK[:len(payOK)-1] + `,"note":"a\u0000b"}`:                                         "/note=text_not_allowed",
		payOK[:len(payOK)-1] + `,"any":{"a":["\u0000"]}}`:                                    "/any/a/0=text_not_allowed",
		payOK[:len(payOK)-1] + `,"note":7,"lines":{}}`:                                       "/lines=validation_failed /note=validation_failed",
		payOK[:len(payOK)-1] + `,"lines":[1,2,3,4]}`:                                         "/lines/0=validation_failed /lines/1=validation_failed /lines/2=validation_failed /lines/3=validation_failed /lines=validation_failed",
		payOK[:len(payOK)-1] + `,"lines":[{"count":1,"kind":"coin","yes":"no"}]}`:            "/lines/0/yes=validation_failed",
		payOK[:len(payOK)-1] + `,"metadata":{"` + strings.Repeat("n", 41) + `":"x","ok":1}}`: "/metadata/" + strings.Repeat("n", 41) + "=text_too_long /metadata/ok=validation_failed",
		`[]`: "=validation_failed", `7`: "=validation_failed", `"x"`: "=validation_failed", `null`: "=validation_failed",
	} {
		rec := pay(t, w, body)
		if rec.Code != 422 {
			t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
			continue
		}
		if got := errorsOf(problem(t, rec)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
	for _, more := range []string{`"note":"été 🎁"`, `"note":null,"lines":null,"when":null`, `"any":{"a":[1,null,"x"]}`, `"metadata":{"a":"b"}`, `"when":"2026-11-01T12:30:00.5+02:00"`, `"lines":[{"count":1,"kind":"coin","yes":true}]`, `"\u006eote":"x"`} {
		if rec := pay(t, w, payOK[:len(payOK)-1]+","+more+"}"); rec.Code != 201 {
			t.Errorf("%s: %d %s", more, rec.Code, rec.Body)
		}
	}
}

func TestUnreadable(t *testing.T) {
	w := newWorld(t, nil)
	names := make([]string, 60_000)
	for i := range names {
		names[i] = fmt.Sprintf(`"n%d":1`, i)
	}
	for name, c := range map[string]struct {
		body string
		code fault.Code
	}{
		"deep":            {strings.Repeat("[", 100_000), fault.MalformedJSON},
		"deep inside":     {payOK[:len(payOK)-1] + `,"any":` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 41), fault.MalformedJSON},
		"twice":           {`{"amount":1,"amount":2}`, fault.MalformedJSON},
		"twice escaped":   {`{"amount":1,"\u0061mount":2}`, fault.MalformedJSON},
		"twice unknown":   {`{"x":1,"x":2}`, fault.MalformedJSON},
		"twice inside":    {payOK[:len(payOK)-1] + `,"any":{"a":1,"a":2}}`, fault.MalformedJSON},
		"many names":      {"{" + strings.Join(names, ",") + "}", fault.MalformedJSON},
		"mark":            {"\xef\xbb\xbf" + payOK, fault.MalformedJSON},
		"after the end":   {payOK + "{}", fault.MalformedJSON},
		"comma":           {`{"amount":1,}`, fault.MalformedJSON},
		"single quotes":   {`{'amount':1}`, fault.MalformedJSON},
		"comment":         {`/**/` + payOK, fault.MalformedJSON},
		"control":         {"{\"amount\":1,\"note\":\"a\nb\"}", fault.MalformedJSON},
		"NUL":             {"\x00" + payOK, fault.MalformedJSON},
		"NUL name":        {`{"a\u0000":1}`, fault.MalformedJSON},
		"escape":          {`{"note":"\x"}`, fault.MalformedJSON},
		"half an escape":  {`{"note":"\u12`, fault.MalformedJSON},
		"form":            {"amount=1", fault.MalformedJSON},
		"bytes":           {"{\"note\":\"\xff\"}", fault.InvalidUTF8},
		"overlong":        {"{\"note\":\"\xc0\xaf\"}", fault.InvalidUTF8},
		"half a pair":     {`{"note":"\ud800"}`, fault.InvalidUTF8},
		"other half":      {`{"note":"\udc00"}`, fault.InvalidUTF8},
		"two first halfs": {`{"note":"\ud800\ud800"}`, fault.InvalidUTF8},
		"UTF-16":          {"\xff\xfe{\x00}\x00", fault.MalformedJSON},
		"spaces":          {"   ", fault.MalformedJSON},
	} {
		t.Run(name, func(t *testing.T) { wantProblem(t, pay(t, w, c.body), c.code) })
	}
	if n := w.writes.Load(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestParameters(t *testing.T) {
	w := newWorld(t, nil)
	const note = "GET /v1/notes/gft_01kgw1ptrhe8zr2b7a5y3c9dxm"
	for line, want := range map[string]fault.Code{
		"GET /v1/notes/usr_01kgw1ptrhe8zr2b7a5y3c9dxm": fault.NotFound, "GET /v1/notes/gft_x": fault.NotFound, "GET /v1/notes/%00": fault.InvalidParameter, "GET /v1/notes/%ff": fault.InvalidParameter,
		note + "?kind=c": fault.InvalidParameter, note + "?kind=a&kind=b": fault.InvalidParameter, note + "?day=tomorrow": fault.InvalidParameter,
		note + "?tags=a,b,c,d": fault.InvalidParameter, note + "?deep=yes": fault.InvalidParameter, note + "?x=%zz": fault.InvalidParameter, note + "?a;b": fault.InvalidParameter,
		"GET /v1/notes?limit=0": fault.InvalidParameter, "GET /v1/notes?limit=101": fault.InvalidParameter, "GET /v1/notes?limit=1e9": fault.InvalidParameter, "GET /v1/notes?limit=9999999999999999999": fault.InvalidParameter,
		"GET /v1/notes?limit=-1": fault.InvalidParameter, "GET /v1/notes?limit=01": fault.InvalidParameter, "GET /v1/notes?cursor=" + strings.Repeat("x", 513): fault.InvalidParameter,
		"GET /v1/notes?offset=10": fault.InvalidParameter, "GET /v1/notes?kind=" + strings.Repeat("x", 11): fault.InvalidParameter, "GET /v1/notes?access_token=%6fvn_test_sk_x": fault.InvalidParameter,
	} {
		rec := w.ask(t, line, asHost, forFan)
		wantProblem(t, rec, want)
	}
	p := problem(t, w.ask(t, note+"?kind=c&deep=1&nonsense=1", asHost))
	if got := errorsOf(p); got != "deep=invalid_parameter kind=invalid_parameter nonsense=invalid_parameter" {
		t.Errorf("all at once: %s", got)
	}
	if rec := w.ask(t, note+"?kind=a&deep=true&tags=a,b&day=2026-02-28&limit=", asHost); rec.Code != 400 {
		t.Errorf("an empty parameter that is not known: %d", rec.Code)
	}
	if rec := w.ask(t, note+"?kind=&deep=true&tags=a,b&day=2026-02-28", asHost); rec.Code != 200 {
		t.Errorf("good parameters: %d %s", rec.Code, rec.Body)
	}
}

// TestNothingComesBack sends a word in every place and looks for it in the
// answers and the log.
func TestNothingComesBack(t *testing.T) {
	w := newWorld(t, nil)
	const word = "cAnArY"
	for i, rec := range []*httptest.ResponseRecorder{
		pay(t, w, `{"amount":"`+word+`","currency":"`+word+word+`","to":"`+word+`","note":{"x":"`+word+`"},"when":"`+word+`","lines":"`+word+`"}`),
		pay(t, w, word), pay(t, w, `{"amount":`+word+`}`), pay(t, w, `["`+word+`"]`),
		w.ask(t, "GET /v1/notes/"+word, asHost), w.ask(t, "GET /v1/notes?kind="+word+word, asHost, forFan), w.ask(t, "GET /v1/notes?cursor="+word, asHost, forFan),
		w.ask(t, "GET /"+word), w.ask(t, "POST /v1/payments", asHost, "Ovation-Person: "+word, "", payOK), w.ask(t, "GET /v1/open", "Authorization: Bearer "+word),
		w.ask(t, "GET /v1/open", "Ovation-Version: "+word), w.ask(t, "GET /v1/open", "Accept: text/"+word), w.ask(t, "GET /problems/"+word), w.ask(t, word+" /v1/open"),
		w.ask(t, "POST /v1/payments", asHost, forFan, "Content-Type: text/"+word, "", payOK),
	} {
		if rec.Code < 400 {
			t.Errorf("request %d was accepted", i)
		}
		if strings.Contains(rec.Body.String(), word) || strings.Contains(fmt.Sprint(rec.Header()), word) {
			t.Errorf("request %d comes back: %s", i, rec.Body)
		}
	}
	if strings.Contains(w.log.String(), word) {
		t.Errorf("the log tells it: %s", w.log.String())
	}
}

// FuzzBody checks that no body makes a 500, and that what is accepted is what
// encoding/json reads.
func FuzzBody(f *testing.F) {
	for _, s := range []string{payOK, `{}`, `[`, `{"amount":1e2}`, `{"a":"\ud83d\ude00"}`, "{\"a\":\"\xff\"}", `{"lines":[{"count":1,"kind":"coin","yes":null}]}`, `{"metadata":{"a":"b"}}`} {
		f.Add([]byte(s))
	}
	w := newWorld(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		rec := pay(t, w, string(body))
		if rec.Code >= 500 {
			t.Fatalf("%d for %q: %s", rec.Code, body, w.log.String())
		}
		if rec.Code == 201 && !json.Valid(body) {
			t.Fatalf("%q is no JSON and was accepted", body)
		}
		if rec.Code >= 400 {
			p := problem(t, rec)
			if p["code"] == "malformed_json" && json.Valid(body) && !strings.Contains(p["detail"].(string), "twice") && !strings.Contains(p["detail"].(string), "nested") && !strings.Contains(p["detail"].(string), "U+0000") && !strings.Contains(p["detail"].(string), "too many") {
				t.Fatalf("%q is JSON: %v", body, p["detail"])
			}
		}
		w.log.Reset()
	})
}

// FuzzRequest checks that no path, query or header makes a 500.
func FuzzRequest(f *testing.F) {
	f.Add("/v1/notes", "limit=5&cursor=x", "fr", "usr_x", "application/json")
	f.Add("/v1/notes/gft_01kgw1ptrhe8zr2b7a5y3c9dxm", "kind=a", "", "", "")
	f.Add("/v1/nodes/external/%2e%2e", "", "", "", "")
	w := newWorld(f, nil)
	f.Fuzz(func(t *testing.T, path, query, language, person, accept string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header["Authorization"] = []string{"Bearer " + hostKey}
		r.Header["Accept-Language"] = []string{language}
		r.Header["Accept"] = []string{accept}
		if person != "" {
			r.Header[PersonHeader] = []string{person}
		}
		if strings.HasPrefix(path, "/v1/") && !own(Route{Path: path}) {
			return // the products are not there
		}
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		if rec.Code >= 500 && !strings.HasPrefix(path, "/v1/fail/") {
			t.Fatalf("%d for %q?%q: %s", rec.Code, path, query, w.log.String())
		}
		w.log.Reset()
	})
}
