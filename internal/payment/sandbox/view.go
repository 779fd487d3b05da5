package sandbox

import (
	"slices"
	"strings"
)

// page is a list as Stripe shows it.
type page struct {
	url  string
	more bool
	data []any
}

// show returns the object as a client sees it at this moment.
func (c *call) show(obj any) map[string]any {
	m, err := shown(obj, c.now)
	if err != nil {
		c.crash = broken(err)
		return map[string]any{}
	}
	return m
}

// view writes the answer: the object or the list, with what was asked to be
// expanded.
func (c *call) view(obj any) (map[string]any, *problem) {
	var m map[string]any
	switch o := obj.(type) {
	case map[string]any:
		m = o
	case *page:
		data := make([]any, len(o.data))
		for i, item := range o.data {
			data[i] = c.show(item)
		}
		m = map[string]any{"object": "list", "url": o.url, "has_more": o.more, "data": data}
	default:
		m = c.show(obj)
	}
	for _, p := range c.all("expand") {
		parts := strings.Split(p, ".")
		if len(parts) > 4 {
			return nil, malformed("", "expand", "You cannot expand more than 4 levels of a property.")
		}
		if !c.expand(m, parts) {
			return nil, malformed("", "expand", "This property cannot be expanded (%s).", clip(p))
		}
	}
	return m, c.crash
}

// expandable names the properties that hold an id of another object.
var expandable = []string{"latest_charge", "balance_transaction", "failure_balance_transaction", "customer",
	"payment_method", "payment_intent", "setup_intent", "charge", "destination", "destination_payment",
	"source_transaction", "transfer", "source"}

// expand replaces the ids along the path by the objects.
func (c *call) expand(m map[string]any, path []string) bool {
	v, ok := m[path[0]]
	if !ok {
		return false
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if one, ok := item.(map[string]any); ok && len(path) > 1 && !c.expand(one, path[1:]) {
				return false
			}
		}
		return len(path) > 1
	case string:
		r := c.record(v)
		if r == nil || !slices.Contains(expandable, path[0]) {
			return false
		}
		full := c.show(r.obj)
		m[path[0]] = full
		return len(path) == 1 || c.expand(full, path[1:])
	case map[string]any:
		return len(path) == 1 || c.expand(v, path[1:])
	case nil:
		return slices.Contains(expandable, path[0])
	}
	return false
}

// born is implemented by everything that can be listed.
type born[T any] interface {
	*T
	birth() int64 // in seconds since 1970
}

// list answers a list request: newest first, of this owner, with Stripe's
// paging and the created filter.
func list[T any, P born[T]](c *call, kind string, match func(*T) bool) (any, *problem) {
	limit := int(c.num("limit", 10))
	if limit < 1 || limit > 100 {
		return nil, malformed("parameter_invalid_integer", "limit", "This value must be between 1 and 100, inclusive.")
	}
	gt, gte := c.num("created[gt]", -1), c.num("created[gte]", -1)
	lt, lte := c.num("created[lt]", 1<<60), c.num("created[lte]", 1<<60)
	exact := c.num("created", -1)
	all := c.state.shelves[shelf{kind, c.owner}]
	from, to := 0, len(all) // the window of birth, oldest first
	if id := c.str("starting_after"); id != "" {
		if to = position(all, id); to < 0 {
			return nil, nothing(kind, "starting_after", id)
		}
	}
	newer := c.str("ending_before")
	if newer != "" {
		at := position(all, newer)
		if at < 0 {
			return nil, nothing(kind, "ending_before", newer)
		}
		from = at + 1
	}
	out := &page{url: c.req.URL.Path, data: []any{}}
	for i := range to - from {
		at := to - 1 - i
		if newer != "" {
			at = from + i // the ones next to the given one
		}
		obj, ok := all[at].obj.(*T)
		if !ok {
			continue
		}
		b := P(obj).birth()
		if b <= gt || b < gte || b >= lt || b > lte || exact >= 0 && b != exact || match != nil && !match(obj) {
			continue
		}
		if len(out.data) == limit {
			out.more = true
			break
		}
		out.data = append(out.data, obj)
	}
	if newer != "" {
		slices.Reverse(out.data)
	}
	return out, nil
}

func position(all []*record, id string) int {
	return slices.IndexFunc(all, func(r *record) bool { return r.id == id })
}

// retrieve answers a request for one object of this owner.
func retrieve[T any](kind string) handler {
	return func(c *call) (any, *problem) {
		id := c.req.PathValue("id")
		obj, ok := find[T](c.change, c.owner, id)
		if !ok {
			return nil, nothing(kind, "id", id)
		}
		return obj, nil
	}
}
