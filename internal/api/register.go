package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/idem"
)

// The functions of this file are the verbs of the table in routes.go. The
// type I of a handler's input says what is read: fields with the tags path,
// query or header, and a field Body. The type O says what is answered: a
// field Body, fields with the tag header, and perhaps Status.

// get registers an operation that only reads.
func get[I, O any](a *API, path string, h func(context.Context, *I) (*O, error), summary string, options ...option) {
	typed(a, http.MethodGet, path, h, summary, options)
}

// post registers an operation that makes something, or an action.
func post[I, O any](a *API, path string, h func(context.Context, *I) (*O, error), summary string, options ...option) {
	typed(a, http.MethodPost, path, h, summary, options)
}

// put registers an operation that sets something as a whole.
func put[I, O any](a *API, path string, h func(context.Context, *I) (*O, error), summary string, options ...option) {
	typed(a, http.MethodPut, path, h, summary, options)
}

// patch registers an operation that changes the fields it names.
func patch[I, O any](a *API, path string, h func(context.Context, *I) (*O, error), summary string, options ...option) {
	typed(a, http.MethodPatch, path, h, summary, options)
}

// remove registers an operation that takes something away (DELETE).
func remove[I, O any](a *API, path string, h func(context.Context, *I) (*O, error), summary string, options ...option) {
	typed(a, http.MethodDelete, path, h, summary, options)
}

// once registers a POST that moves money. It has an Idempotency-Key; the
// handler passes the Call to its use case, which remembers the answer beside
// the effect. B is the body of the answer.
func once[I, B any](a *API, path string, h func(context.Context, *I, *Once[B]) error, summary string, options ...option) {
	op := newOperation(http.MethodPost, path, summary, append([]option{class(classMoney)}, options...))
	op.input = reflect.TypeFor[I]()
	op.keyed, op.once = true, true
	if op.status == 0 {
		op.status = http.StatusOK
	}
	a.register(op, func(lib huma.Operation) {
		body := a.lib.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[B](), true, lib.OperationID+"Body")
		lib.Responses = map[string]*huma.Response{strconv.Itoa(op.status): {
			Description: http.StatusText(op.status),
			Content:     map[string]*huma.MediaType{"application/json": {Schema: body}},
		}}
		huma.Register(a.lib, lib, func(ctx context.Context, in *I) (*onceAnswer, error) {
			x := exchangeOf(ctx)
			if err := h(ctx, in, &Once[B]{call: x.call, status: op.status}); err != nil {
				return nil, a.problemOf(x, err)
			}
			return answerOf(x.call)
		})
	})
}

// raw registers an operation that is served by hand. It is documented by I
// and O like all others, and so is what it reads checked; the handler finds
// the body in Body(ctx) and writes the answer itself, or returns an error.
// For routes so hot that decoding by reflection counts, and for streams.
func raw[I, O any](a *API, method, path string, h func(http.ResponseWriter, *http.Request) error, summary string, options ...option) {
	op := newOperation(method, path, summary, options)
	op.handle, op.byHand, op.input = h, true, reflect.TypeFor[I]()
	a.register(op, func(lib huma.Operation) {
		huma.Register(a.lib, lib, func(context.Context, *I) (*O, error) {
			return nil, fmt.Errorf("api: %s is served by hand", op.route)
		})
	})
}

func typed[I, O any](a *API, method, path string, h func(context.Context, *I) (*O, error), summary string, options []option) {
	op := newOperation(method, path, summary, options)
	op.input = reflect.TypeFor[I]()
	a.register(op, func(lib huma.Operation) {
		huma.Register(a.lib, lib, func(ctx context.Context, in *I) (*O, error) {
			out, err := h(ctx, in)
			if err != nil {
				return nil, a.problemOf(exchangeOf(ctx), err)
			}
			return out, nil
		})
	})
}

// problemOf explains an error of a handler to the library, which writes it.
func (a *API) problemOf(x *exchange, err error) error {
	p := a.Explain(x, err)
	p.prepare(x.out.Header(), x.lang)
	return p
}

// capture takes the handler that the library would give to a multiplexer, so
// that it is served behind the same checks as one written by hand.
type capture struct {
	http.Handler
	handler http.HandlerFunc
}

// HandleFunc keeps the handler.
func (c *capture) HandleFunc(_ string, h func(http.ResponseWriter, *http.Request)) { c.handler = h }

// register adds an operation to the OpenAPI and to the router. Mistakes in
// the table are gathered; New returns them all.
func (a *API) register(op *operation, describe func(huma.Operation)) {
	defer func() {
		if p := recover(); p != nil {
			a.mistake(op, fmt.Errorf("%v", p))
		}
	}()
	if err := a.router.add(op); err != nil {
		a.mistake(op, err)
		return
	}
	lib := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary,
		Tags: []string{op.tag}, DefaultStatus: op.status,
		SkipValidateParams: true, SkipValidateBody: true, // the shapes have checked both
		MaxBodyBytes: -1, BodyReadTimeout: -1, // and the body was read
		Responses: map[string]*huma.Response{},
	}
	if len(op.produces) > 0 {
		lib.DefaultStatus = http.StatusOK
		lib.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{}}
		for _, t := range op.produces {
			lib.Responses["200"].Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		}
	}
	a.captured.handler = nil
	describe(lib)
	if op.handle == nil {
		serve := a.captured.handler
		op.handle = func(w http.ResponseWriter, r *http.Request) error {
			serve(w, r)
			return nil
		}
	}
	if err := a.finish(op); err != nil {
		a.mistake(op, err)
		return
	}
	a.operations = append(a.operations, op)
}

// finish makes the checks of an operation from its description.
func (a *API) finish(op *operation) error {
	if op.public == (op.scope != "") {
		return fmt.Errorf("say either public() or needs(scope)")
	}
	if op.public && (op.forPerson || op.hostOnly || op.role != "") {
		return fmt.Errorf("a public operation can not ask who it is")
	}
	if err := wrongDefault(op.input); err != nil {
		return err
	}
	if op.class = a.classes[op.className]; op.class == nil {
		return fmt.Errorf("there is no class of limits %q", op.className)
	}
	doc := a.document(op)
	if doc == nil {
		return fmt.Errorf("it is not in the OpenAPI")
	}
	op.keyed = op.keyed || slices.ContainsFunc(doc.Parameters, isKey)
	sh := &shaper{a.lib.OpenAPI().Components.Schemas, a.shapes}
	var err error
	if op.params, err = sh.params(doc.Parameters); err != nil {
		return err
	}
	if op.writes() && !op.stream && !op.rawBody {
		op.body = &shape{kind: object, countMax: math.MaxInt} // each name in it is one that is not known
		if doc.RequestBody != nil {
			media := doc.RequestBody.Content["application/json"]
			if media == nil || media.Schema == nil {
				return fmt.Errorf("its body is not JSON; say anyBody() and read it yourself")
			}
			if op.body, err = sh.shape(media.Schema); err != nil {
				return err
			}
			op.needsBody = doc.RequestBody.Required
		}
	}
	a.metrics.watch(op)
	a.describe(op, doc)
	return nil
}

// mistake notes what is wrong with a line of the table.
func (a *API) mistake(op *operation, err error) {
	a.mistakes = append(a.mistakes, fmt.Errorf("api: %s: %w", op.route, err))
}

// onceAnswer carries a remembered answer through the library.
type onceAnswer struct {
	Status   int
	Replayed string `header:"Idempotent-Replay" hidden:"true"`
	Body     rawJSON
}

// Once is the call of one request and how its answer is written.
type Once[B any] struct {
	call   *idem.Call
	status int
}
