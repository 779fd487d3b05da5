package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// The benchmarks compare a POST with a key, a person and a small body through
// the whole chain with the same work done by a bare handler.

// sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	status int
	n      int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }

type benchIn struct{ Body benchBody }

type benchBody struct {
	Gift     string `json:"gift" maxLength:"40"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000"`
	Target   string `json:"target" maxLength:"40"`
	Combo    *struct {
		ID  string `json:"id" maxLength:"40"`
		Seq int64  `json:"seq" minimum:"1"`
	} `json:"combo,omitempty"`
}

type benchOut struct{ Body benchView }

type benchView struct {
	ID    string `json:"id"`
	Coins int64  `json:"coins"`
}

const benchText = `{"gift":"rose","quantity":5,"target":"liv_01kgw1ptrhe8zr2b7a5y3c9dxm","combo":{"id":"cmb_01kgw1ptrhe8zr2b7a5y3c9dxm","seq":17}}`

// quick is an Authenticator that costs a map lookup.
type quick map[string]Caller

func (q quick) Authenticate(_ context.Context, secret string) (Caller, error) { return q[secret], nil }
func (q quick) Person(context.Context, string) (id.Person, error)             { return fan, nil }

func benchAPI(b *testing.B, limits bool) *API {
	b.Helper()
	big := Limit{Burst: 1 << 40, PerSecond: 1e9}
	a, err := build(Config{
		Auth:       quick{hostKey: {Caller: people.Caller{Key: "key_host", Scopes: allButAdmin()}}},
		CursorKeys: [][]byte{make([]byte, 32)}, NoLimits: !limits, Limits: []Class{{classStorm, big, big, big}},
	}, func(a *API) {
		post(a, "/v1/typed", func(_ context.Context, in *benchIn) (*benchOut, error) {
			return &benchOut{benchView{ID: "gft_01kgw1ptrhe8zr2b7a5y3c9dxm", Coins: in.Body.Quantity}}, nil
		}, "Typed", needs(people.GiftsSend), forPerson(), keyed(), class(classStorm))
		raw[benchIn, benchOut](a, http.MethodPost, "/v1/raw", func(w http.ResponseWriter, r *http.Request) error {
			var in benchBody
			if err := json.Unmarshal(Body(r.Context()), &in); err != nil {
				return err
			}
			return benchAnswer(w, &in)
		}, "Raw", needs(people.GiftsSend), forPerson(), keyed(), class(classStorm))
		raw[benchIn, benchOut](a, http.MethodPost, "/v1/chain", func(w http.ResponseWriter, r *http.Request) error {
			return benchAnswer(w, &benchBody{Quantity: int64(len(Body(r.Context())))})
		}, "The chain alone, with the check of the body", needs(people.GiftsSend), forPerson(), keyed(), class(classStorm))
	})
	if err != nil {
		b.Fatal(err)
	}
	return a
}

func benchAnswer(w http.ResponseWriter, in *benchBody) error {
	w.Header()["Content-Type"] = onlyJSON
	w.WriteHeader(http.StatusOK)
	return encode(w, benchView{ID: "gft_01kgw1ptrhe8zr2b7a5y3c9dxm", Coins: in.Quantity})
}

// drive sends the same request again and again.
func drive(b *testing.B, h http.Handler, path string) {
	b.Helper()
	body := []byte(benchText)
	r, err := http.NewRequest(http.MethodPost, path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header = http.Header{
		"Authorization": {"Bearer " + hostKey}, PersonHeader: {string(fan)}, KeyHeader: {"0123456789abcdef"},
		"Content-Type": {"application/json"}, "Accept": {"*/*"}, "User-Agent": {"bench"},
	}
	r.ContentLength = int64(len(body))
	r.RemoteAddr = "192.0.2.1:1234"
	reader := bytes.NewReader(body)
	r.Body = io.NopCloser(reader)
	s := &sink{header: http.Header{}}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		reader.Reset(body)
		clear(s.header)
		s.status = 0
		h.ServeHTTP(s, r)
		if s.status != http.StatusOK {
			b.Fatal(s.status)
		}
	}
}

func BenchmarkBare(b *testing.B) {
	auth := quick{hostKey: {}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/bare", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := auth[r.Header.Get("Authorization")[len("Bearer "):]]; !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var in benchBody
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_ = benchAnswer(w, &in)
	})
	drive(b, mux, "/v1/bare")
}

func BenchmarkTyped(b *testing.B)       { drive(b, benchAPI(b, false), "/v1/typed") }
func BenchmarkRaw(b *testing.B)         { drive(b, benchAPI(b, false), "/v1/raw") }
func BenchmarkChain(b *testing.B)       { drive(b, benchAPI(b, false), "/v1/chain") }
func BenchmarkChainLimits(b *testing.B) { drive(b, benchAPI(b, true), "/v1/chain") }

func BenchmarkCheckBody(b *testing.B) {
	a := benchAPI(b, false)
	s := a.operations[0].body
	text := []byte(benchText)
	b.ReportAllocs()
	for range b.N {
		if wrong, err := s.check(text); err != nil || len(wrong) > 0 {
			b.Fatal(err, wrong)
		}
	}
}
