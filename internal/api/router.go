package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// router finds the operation of a path. It differs from http.ServeMux in
// three points: a literal segment wins over a parameter, so that
// /v1/people/external/{external_id} and /v1/people/{id}/state can both exist;
// it answers unknown paths and methods to its caller instead of writing text;
// and it never redirects.
type router struct {
	root node
}

// node is a place in the tree of segments.
type node struct {
	literals map[string]*node
	param    *node
	byMethod map[string]*operation
}

// add puts an operation under its path, such as /v1/payouts/{id}/cancel.
func (rt *router) add(op *operation) error {
	n := &rt.root
	for segment := range strings.SplitSeq(strings.TrimPrefix(op.path, "/"), "/") {
		name, isParam := strings.CutPrefix(segment, "{")
		if isParam {
			op.pathParams = append(op.pathParams, strings.TrimSuffix(name, "}"))
			if n.param == nil {
				n.param = &node{}
			}
			n = n.param
			continue
		}
		next := n.literals[segment]
		if next == nil {
			next = &node{}
			if n.literals == nil {
				n.literals = map[string]*node{}
			}
			n.literals[segment] = next
		}
		n = next
	}
	if n.byMethod == nil {
		n.byMethod = map[string]*operation{}
	}
	if n.byMethod[op.method] != nil {
		return fmt.Errorf("%s %s stands in the route table twice", op.method, op.path)
	}
	n.byMethod[op.method] = op
	return nil
}

// maxParams is how many parameters a path may have.
const maxParams = 4

// find returns the operation of the request and sets its path values. When
// there is none, allow lists the methods that the path has; it is empty for
// an unknown path.
func (rt *router) find(r *http.Request) (op *operation, allow []string) {
	path := r.URL.Path
	escaped := r.URL.RawPath != ""
	if escaped {
		path = r.URL.RawPath // an escaped slash stays inside its segment
	}
	if path == "" || path[0] != '/' {
		return nil, nil
	}
	var values [maxParams]string
	n, count := rt.root.find(path[1:], &values, 0)
	if n == nil {
		return nil, nil
	}
	op = n.byMethod[r.Method]
	if op == nil && r.Method == http.MethodHead {
		op = n.byMethod[http.MethodGet]
	}
	if op == nil {
		return nil, n.methods()
	}
	for i, v := range values[:count] {
		if escaped {
			var err error
			if v, err = url.PathUnescape(v); err != nil {
				return nil, nil
			}
		}
		r.SetPathValue(op.pathParams[i], v)
	}
	return op, nil
}

// find follows the rest of a path; literals are tried before the parameter.
func (n *node) find(path string, values *[maxParams]string, count int) (*node, int) {
	segment, rest, more := strings.Cut(path, "/")
	if next := n.literals[segment]; next != nil {
		if !more {
			if next.byMethod != nil {
				return next, count
			}
		} else if found, c := next.find(rest, values, count); found != nil {
			return found, c
		}
	}
	if n.param == nil || segment == "" || count == maxParams {
		return nil, 0
	}
	values[count] = segment
	if !more {
		if n.param.byMethod == nil {
			return nil, 0
		}
		return n.param, count + 1
	}
	return n.param.find(rest, values, count+1)
}

// methods lists what a path can be asked, for the Allow header.
func (n *node) methods() []string {
	var all []string
	for m := range n.byMethod {
		all = append(all, m)
		if m == http.MethodGet {
			all = append(all, http.MethodHead)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
