package api

import (
	"context"
	"strings"
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// directory is the Authenticator of the program, made from package people.
type directory struct {
	people *people.Service

	mu    sync.RWMutex
	known map[string]id.Person // what hosts have named; a person is never taken away
}

// maxKnown bounds the memory of names; it is emptied when it is full.
const maxKnown = 50_000

// Directory returns the Authenticator that knows the persons, sessions and
// keys of the service.
func Directory(p *people.Service) Authenticator {
	return &directory{people: p, known: map[string]id.Person{}}
}

// sessionPrefix begins a session's token; all other secrets are keys.
const sessionPrefix = secretPrefix + "st_"

// Authenticate implements Authenticator.
func (d *directory) Authenticate(ctx context.Context, secret string) (Caller, error) {
	if strings.HasPrefix(secret, sessionPrefix) {
		visit, err := d.people.SessionOf(ctx, secret)
		if err != nil {
			return Caller{}, err
		}
		return Caller{Caller: visit.Caller(), Session: visit.Session.ID, Person: visit.Person.ID}, nil
	}
	key, err := d.people.KeyOf(ctx, secret)
	if err != nil {
		return Caller{}, err
	}
	return Caller{Caller: key.Caller(), Person: key.Person, Version: key.APIVersion}, nil
}

// Person implements Authenticator.
func (d *directory) Person(ctx context.Context, ref string) (id.Person, error) {
	d.mu.RLock()
	person, ok := d.known[ref]
	d.mu.RUnlock()
	if ok {
		return person, nil
	}
	var found people.Person
	var err error
	if external, named := strings.CutPrefix(ref, "external:"); named {
		found, _, err = d.people.ByExternal(ctx, external)
	} else if id.Valid(id.KindPerson, ref) {
		found, _, err = d.people.Person(ctx, id.Person(ref))
	} else {
		err = fault.New(fault.NotFound, "The header %s names a person as usr_… or as external: and your own id of the person.", PersonHeader)
	}
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= maxKnown {
		clear(d.known)
	}
	d.known[ref] = found.ID
	return found.ID, nil
}
