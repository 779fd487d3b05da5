package api

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

func init() {
	// The library keeps these for the whole program. A list is never null
	// here, and an error of the library becomes one of ours.
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = fromLibrary
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fromLibrary(nil, status, message, errs...)
	}
}

// jsonFormat writes all answers.
var jsonFormat = huma.Format{Marshal: encode, Unmarshal: huma.DefaultJSONFormat.Unmarshal}

// libraryConfig switches off what the library serves by itself: the links to
// schemas inside answers, and the viewer that loads its program from a host
// of somebody else.
func libraryConfig() huma.Config {
	const prefix = "#/components/schemas/"
	registry := huma.NewMapRegistry(prefix, func(t reflect.Type, hint string) string {
		return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "View")
	})
	for t, alias := range idAliases {
		registry.RegisterTypeAlias(t, alias)
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Ovation", Version: Version,
				Description: "Coins, gifts, earnings and payouts for creators. Amounts are whole numbers of the smallest unit beside their asset. Times are RFC 3339 in UTC. Problems are RFC 9457; each has a page under /problems/.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/", Description: "This instance"}},
			Components: &huma.Components{
				Schemas:    registry,
				Parameters: sharedParams,
				Headers:    sharedHeaders,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":  {Type: "http", Scheme: "bearer", Description: "An API key (ovn_test_sk_…, ovn_live_sk_…) or a session's token. The names beside an operation are the scopes that it needs.\n\n" + scopeList()},
					"session": {Type: "apiKey", In: "cookie", Name: SessionCookie(true), Description: "The session of a person in a browser."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
	}
}

// scopeList says what each scope permits, as a list in Markdown.
func scopeList() string {
	var b strings.Builder
	for _, d := range people.ScopeDocs() {
		of := "keys of the host"
		if d.Personal {
			of = "any key"
		}
		fmt.Fprintf(&b, "- `%s` (%s): %s\n", d.Scope, of, d.Doc)
	}
	return b.String()
}

// sharedParams are headers that many operations take.
var sharedParams = map[string]*huma.Param{
	"Version": {Name: VersionHeader, In: "header", Description: "The version of the API that you speak. Without it the one that is pinned to the key, or the newest.",
		Schema: &huma.Schema{Type: huma.TypeString, Enum: anys(Versions)}},
	"Language": {Name: "Accept-Language", In: "header", Description: "The language of titles and details: en or fr.",
		Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{"fr"}}},
	"Person": {Name: PersonHeader, In: "header", Description: "For whom a host's key acts: usr_…, or external: and your own id of the person.",
		Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{"external:42"}}},
	"Key": {Name: KeyHeader, In: "header", Required: true, Description: "A new random value; the same one when the request is repeated. The first answer is given again for ever.",
		Schema: &huma.Schema{Type: huma.TypeString, MinLength: pointer(1), MaxLength: pointer(255), Pattern: "^[!-~]+$"}},
}

// sharedHeaders are headers that many answers have.
var sharedHeaders = map[string]*huma.Header{
	RequestIDHeader:    {Description: "The id of this request, as the operator's log names it", Schema: &huma.Schema{Type: huma.TypeString}},
	ReplayHeader:       {Description: "true when this is the answer to an earlier request with the same Idempotency-Key", Schema: &huma.Schema{Type: huma.TypeString}},
	"Retry-After":      {Description: "After how many seconds to try again", Schema: &huma.Schema{Type: huma.TypeInteger}},
	"RateLimit":        {Description: "What is left (r) of the policy, and for how many seconds (t)", Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{`"write";r=59;t=1`}}},
	"RateLimit-Policy": {Description: "How many requests (q) in how many seconds (w)", Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{`"write";q=60;w=6`}}},
}

func pointer(n int) *int { return &n }

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// document finds the operation in the OpenAPI.
func (a *API) document(op *operation) *huma.Operation {
	item := a.lib.OpenAPI().Paths[op.path]
	if item == nil {
		return nil
	}
	switch op.method {
	case http.MethodGet:
		return item.Get
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return nil
}

// describe adds what is the same for all operations: headers, security and
// the problems by their status.
func (a *API) describe(op *operation, doc *huma.Operation) {
	if !op.page {
		doc.Parameters = append(doc.Parameters, paramRef("Version"))
	}
	doc.Parameters = append(doc.Parameters, paramRef("Language"))
	doc.Security = []map[string][]string{}
	if !op.public {
		if !op.impersonal {
			doc.Parameters = append(doc.Parameters, paramRef("Person"))
		}
		doc.Security = append(doc.Security, map[string][]string{"bearer": {string(op.scope)}})
		if op.orScope != "" {
			doc.Security = append(doc.Security, map[string][]string{"bearer": {string(op.orScope)}})
		}
		if !op.hostOnly {
			doc.Security = append(doc.Security, map[string][]string{"session": {}})
		}
	}
	if op.keyed { // also when the input names the header, to hand it on
		doc.Parameters = slices.DeleteFunc(doc.Parameters, isKey)
		doc.Parameters = append(doc.Parameters, paramRef("Key"))
	}
	delete(doc.Responses, "default")
	for _, s := range op.further {
		same := *doc.Responses[strconv.Itoa(op.success())]
		same.Description = http.StatusText(s)
		doc.Responses[strconv.Itoa(s)] = &same
	}
	for _, success := range doc.Responses {
		addHeaders(success, RequestIDHeader, "RateLimit", "RateLimit-Policy")
		if op.keyed {
			addHeaders(success, ReplayHeader)
		}
	}
	problem := a.lib.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	byStatus := map[string][]fault.Code{}
	for _, code := range op.problems() {
		s := strconv.Itoa(StatusOf(code))
		byStatus[s] = append(byStatus[s], code)
	}
	for status, codes := range byStatus {
		response := &huma.Response{
			Description: describeCodes(codes),
			Content:     map[string]*huma.MediaType{problemType: {Schema: problem}},
			Extensions:  map[string]any{"x-codes": codes},
		}
		addHeaders(response, RequestIDHeader)
		if status == "429" || status == "503" || status == "409" {
			addHeaders(response, "Retry-After")
		}
		doc.Responses[status] = response
	}
	doc.Extensions = map[string]any{"x-rate-limit": op.className}
	if op.role != "" {
		doc.Extensions["x-role"] = op.role
	}
}

func isKey(p *huma.Param) bool { return p.In == "header" && p.Name == KeyHeader }

func paramRef(name string) *huma.Param { return &huma.Param{Ref: "#/components/parameters/" + name} }

func addHeaders(r *huma.Response, names ...string) {
	if r.Headers == nil {
		r.Headers = map[string]*huma.Param{}
	}
	for _, name := range names {
		r.Headers[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
}

// describeCodes is the sentence of a response: each code and its title.
func describeCodes(codes []fault.Code) string {
	lines := make([]string, len(codes))
	for i, c := range codes {
		lines[i] = "`" + string(c) + "`: " + helpEnglish[c].title
	}
	return strings.Join(lines, "; ")
}

// publish writes the OpenAPI and its viewer once, when all routes are there.
func (a *API) publish() error {
	a.shown = a.returned()
	doc := a.lib.OpenAPI()
	if s := doc.Components.Schemas.Map()["Problem"]; s != nil {
		s.AdditionalProperties = true // a client is ready for members that come later
		describeMembers(s)
		s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return name == "errors" })
	}
	describeProperties(doc)
	for _, op := range a.operations {
		if !slices.ContainsFunc(doc.Tags, func(t *huma.Tag) bool { return t.Name == op.tag }) {
			doc.Tags = append(doc.Tags, &huma.Tag{Name: op.tag})
		}
	}
	var b bytes.Buffer
	if err := encode(&b, doc); err != nil {
		return fmt.Errorf("api: writing the OpenAPI: %w", err)
	}
	a.openAPI = b.Bytes()
	var err error
	a.viewer, err = a.view(doc)
	return err
}

// openAPIGet serves /openapi.json.
func (a *API) openAPIGet(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h["Content-Type"] = onlyJSON
	h["Cache-Control"] = []string{"public, max-age=300"}
	_, err := w.Write(a.openAPI)
	return err
}
