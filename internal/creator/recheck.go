package creator

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/programme"
)

// Recheck judges again whose grace has ended or whose policy has changed,
// until nobody is left. It is recurring work. Who can not be judged does not
// keep the others: they are passed over, and the error at the end, which the
// runner logs, says how many there were and what went wrong with the first.
func (s *Service) Recheck(ctx context.Context) error {
	tried, failed := map[id.Person]bool{}, failures{}
	for limit := s.recheckAtOnce; ; {
		var due, fresh []id.Person
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = programme.Due(ctx, tx, limit)
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range due {
			if !tried[p] {
				tried[p] = true
				fresh = append(fresh, p)
			}
		}
		switch {
		case len(fresh) > 0:
			s.rejudge(ctx, fresh, &failed)
		case len(due) < limit:
			return failed.err()
		default: // those who could not be judged are due for ever, and hide who comes after them
			limit += s.recheckAtOnce
		}
	}
}

// rejudge judges persons in one transaction, or each alone if that fails.
func (s *Service) rejudge(ctx context.Context, persons []id.Person, failed *failures) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		for _, p := range persons {
			if err := s.recheckOne(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, p := range persons {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.recheckOne(ctx, tx, p) }); err != nil {
			failed.add(p, err)
		}
	}
}

func (s *Service) recheckOne(ctx context.Context, tx *db.Tx, person id.Person) error {
	judged, err := s.subject(ctx, tx, person)
	if err != nil {
		return err
	}
	_, err = programme.Recheck(ctx, tx, judged)
	return err
}

// failures counts persons who could not be judged.
type failures struct {
	n     int
	first id.Person
	cause error
}

func (f *failures) add(p id.Person, err error) {
	if f.n++; f.n == 1 {
		f.first, f.cause = p, err
	}
}

func (f *failures) err() error {
	if f.n == 0 {
		return nil
	}
	return fmt.Errorf("creator: %d persons could not be judged again, the first is %s: %w", f.n, f.first, f.cause)
}
