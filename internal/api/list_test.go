package api

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

type notePage struct {
	Object     string
	Data       []noteView
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor"`
}

func page(t *testing.T, w *world, query string, more ...string) notePage {
	t.Helper()
	rec := w.ask(t, "GET /v1/notes"+query, append(more, asHost)...)
	var p notePage
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != 200 {
		t.Fatalf("%s: %d %s", query, rec.Code, rec.Body)
	}
	return p
}

func TestLists(t *testing.T) {
	w := newWorld(t, nil)
	var seen []int64
	sizes := []int{}
	for query := ""; ; {
		p := page(t, w, query, forFan)
		sizes = append(sizes, len(p.Data))
		for _, n := range p.Data {
			seen = append(seen, n.Price.Units)
		}
		if p.Object != "list" || p.HasMore != (p.NextCursor != "") {
			t.Fatalf("%+v", p)
		}
		if !p.HasMore {
			break
		}
		query = "?cursor=" + p.NextCursor
	}
	if len(seen) != 45 || len(sizes) != 3 || sizes[2] != 5 {
		t.Fatalf("%d in pages of %v", len(seen), sizes)
	}
	for i, n := range seen {
		if n != int64(i+1) {
			t.Fatalf("entry %d is %d", i, n)
		}
	}
}

func TestCursors(t *testing.T) {
	w := newWorld(t, nil)
	c := page(t, w, "?kind=a&limit=5", forFan).NextCursor
	if p := page(t, w, "?limit=7&cursor="+c+"&kind=a", forFan); p.Data[0].Price.Units != 6 || len(p.Data) != 7 {
		t.Errorf("another limit: %+v", p)
	}
	refuse := func(line string, headers ...string) {
		t.Helper()
		p := wantProblem(t, w.ask(t, line, headers...), fault.CursorInvalid)
		if errorsOf(p) != "cursor=cursor_invalid" {
			t.Errorf("%v", p)
		}
	}
	refuse("GET /v1/notes?cursor="+c, asHost, forFan)
	refuse("GET /v1/notes?kind=b&cursor="+c, asHost, forFan)
	refuse("GET /v1/notes?kind=a&cursor="+c, asHost, "Ovation-Person: "+string(star))
	raw, _ := base64.RawURLEncoding.DecodeString(c)
	for i := range raw {
		forged := append([]byte(nil), raw...)
		forged[i] ^= 1
		refuse("GET /v1/notes?kind=a&cursor="+base64.RawURLEncoding.EncodeToString(forged), asHost, forFan)
	}
	for _, bad := range []string{"x", "%20", c + "A", c[:len(c)-2], base64.RawURLEncoding.EncodeToString(raw[:cursorMAC])} {
		refuse("GET /v1/notes?kind=a&cursor="+bad, asHost, forFan)
	}

	// A new key signs from now on, and the old one is still good.
	renewed := newWorld(t, func(cfg *Config) { cfg.CursorKeys = [][]byte{make([]byte, 32), cfg.CursorKeys[0]} })
	if p := page(t, renewed, "?kind=a&limit=5&cursor="+c, forFan); p.Data[0].Price.Units != 6 || p.NextCursor == page(t, w, "?kind=a&limit=5&cursor="+c, forFan).NextCursor {
		t.Errorf("after a new key: %+v", p)
	}
}
