package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ovationhq/ovation/internal/fault"
)

// operation is one line of the table of routes.
type operation struct {
	method  string
	path    string
	route   string // method and path: its name in the log and the numbers
	id      string // its name in the OpenAPI and under which answers are remembered
	summary string
	tag     string

	// Who may.
	public     bool
	scope      Scope
	orScope    Scope // enough as well, if it is not empty
	role       Role
	forPerson  bool
	hostOnly   bool
	impersonal bool // refuses to be done for a person

	// How.
	status    int           // of success; 0: 200, or 204 without a body
	further   []int         // other statuses of success
	maxBody   int64         // bytes
	timeout   time.Duration // until the handler's context ends; 0: never
	keyed     bool          // wants an Idempotency-Key
	once      bool          // answers are remembered here, not by the handler
	byHand    bool          // the handler takes the body from Body(ctx)
	rawBody   bool          // reads a body that need not be JSON
	stream    bool          // reads its body and writes its answer as it goes
	always    bool          // answers while the server is going
	page      bool          // answers with a page: no version, no JSON negotiated
	className string
	class     *limitClass
	codes     []fault.Code // what it may answer beside what every operation may
	produces  []string     // media types; empty: JSON

	// What it reads.
	input      reflect.Type // nil: a pseudo operation
	pathParams []string
	params     []param
	body       *shape // nil: nothing is read
	needsBody  bool

	handle   func(http.ResponseWriter, *http.Request) error
	duration [6]prometheus.Observer // by the first digit of the status
}

// The bounds of an operation that says nothing else.
const (
	maxBody      = 1 << 20
	maxBatchBody = 8 << 20
	maxRun       = 20 * time.Second
)

// newOperation fills in what follows from the method and the path.
func newOperation(method, path, summary string, options []option) *operation {
	op := &operation{
		method: method, path: path, route: method + " " + path, summary: summary,
		maxBody: maxBody, timeout: maxRun, className: classWrite,
	}
	if method == http.MethodGet {
		op.className = classRead
	}
	op.id, op.tag = nameOf(method, path)
	for _, o := range options {
		o(op)
	}
	if op.className == classStorm {
		op.timeout = 0 // the writer bounds how long they wait, without a timer for each
	}
	return op
}

// nameOf makes the id and the tag of an operation from its path:
// POST /v1/payouts/{id}/cancel is post-payouts-id-cancel in payouts.
func nameOf(method, path string) (name, tag string) {
	var parts []string
	for segment := range strings.SplitSeq(path, "/") {
		segment = strings.Trim(segment, "{}.")
		if segment == "" || segment == "v1" {
			continue
		}
		parts = append(parts, strings.NewReplacer("_", "-", ".", "-").Replace(segment))
	}
	tag = "root"
	if len(parts) > 0 {
		tag = parts[0]
	}
	return strings.ToLower(method) + "-" + strings.Join(parts, "-"), tag
}

// writes reports whether the operation may change anything.
func (op *operation) writes() bool { return op.method != http.MethodGet }

// success is the first status of success.
func (op *operation) success() int {
	if op.status == 0 {
		return http.StatusOK
	}
	return op.status
}

// observe counts an answer.
func (op *operation) observe(status int, took time.Duration) {
	if class := status / 100; class > 0 && class < len(op.duration) && op.duration[class] != nil {
		op.duration[class].Observe(took.Seconds())
	}
}

// problems returns every code that the operation may answer with, in the
// order of their statuses.
func (op *operation) problems() []fault.Code {
	all := []fault.Code{fault.Internal, fault.Overloaded, fault.Maintenance, fault.NotAcceptable, fault.InvalidParameter, fault.RateLimited}
	all = append(all, fault.OriginNotAllowed) // a sandbox that is asked by a name that is not its own
	all = append(all, op.codes...)
	if !op.page {
		all = append(all, fault.APIVersionUnknown)
	}
	all = append(all, fault.TokenInvalid, fault.TokenExpired, fault.SessionRevoked, fault.AccountSuspended) // a secret is looked at wherever it is sent
	if !op.public {
		all = append(all, fault.AuthRequired, fault.ScopeMissing)
	}
	if op.hostOnly || !op.impersonal {
		all = append(all, fault.Forbidden)
	}
	if !op.impersonal { // the person in the header may be unknown
		all = append(all, fault.NotFound)
	}
	if op.role != "" {
		all = append(all, fault.RoleRequired)
	}
	if len(op.pathParams) > 0 {
		all = append(all, fault.NotFound)
	}
	if slices.ContainsFunc(op.params, func(p param) bool { return p.name == "cursor" }) {
		all = append(all, fault.CursorInvalid)
	}
	if op.forPerson || slices.ContainsFunc(op.params, func(p param) bool { return p.required && p.in != "path" }) {
		all = append(all, fault.MissingParameter)
	}
	if op.writes() {
		all = append(all, fault.CsrfFailed, fault.ReadOnly, fault.DiskFull)
	}
	if op.body != nil {
		all = append(all, fault.MalformedJSON, fault.InvalidUTF8, fault.RequestTimeout, fault.BodyTooLarge,
			fault.UnsupportedMediaType, fault.ValidationFailed, fault.UnknownField)
		all = append(all, op.body.codes(map[*shape]bool{})...)
	}
	if op.rawBody {
		all = append(all, fault.RequestTimeout, fault.BodyTooLarge)
	}
	if op.keyed {
		all = append(all, fault.IdempotencyKeyMissing, fault.IdempotencyKeyInvalid, fault.IdempotencyKeyReused, fault.IdempotencyInProgress)
	}
	slices.SortFunc(all, func(a, b fault.Code) int {
		if d := StatusOf(a) - StatusOf(b); d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	})
	return slices.Compact(all)
}

// codes returns the codes that follow from what is inside a body.
func (s *shape) codes(seen map[*shape]bool) []fault.Code {
	if s == nil || seen[s] {
		return nil
	}
	seen[s] = true
	var all []fault.Code
	switch s.kind {
	case integer:
		all = append(all, fault.AmountNotInteger, fault.AmountOutOfRange)
	case text:
		all = append(all, fault.TextTooLong, fault.TextNotAllowed, fault.CardDataNotAccepted)
	}
	for _, m := range s.members {
		all = append(all, m.shape.codes(seen)...)
	}
	all = append(all, s.extra.codes(seen)...)
	return append(all, s.items.codes(seen)...)
}
