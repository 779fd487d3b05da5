package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// Gate is what every request to this process goes through: the API has it, and
// the pages stand behind the same one. It is an interface because a package of
// this floor imports none beside it.
type Gate interface {
	// Frame puts a handler into the frame of all requests: the request's id,
	// the log, the numbers, the count of requests at work. The route is its
	// name there, the class that of its limits.
	Frame(route, class string, next http.Handler) http.Handler
	// Admit refuses what can not be answered at the moment: the server goes,
	// or has too much to do.
	Admit(r *http.Request) error
	// Visitor tells who the request is from, nil for nobody known, and takes
	// it from their limits.
	Visitor(r *http.Request, who *people.Visit) error
	// Status is the HTTP status of a code.
	Status(code fault.Code) int
	// Address is where the request comes from, behind the proxies that are
	// trusted.
	Address(r *http.Request) string
}

// The classes of limits that pages are in.
const (
	classRead   = "read"
	classWrite  = "write"
	classMoney  = "money"
	classStorm  = "storm"
	classStream = "stream"
	classNone   = "none" // files that pages load
)
