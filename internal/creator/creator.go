package creator

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// Service owns the use cases.
type Service struct {
	// PayoutReady tells whether the person's payout account can receive money,
	// which some programmes ask for. It is handed in, because payouts stand beside
	// creators; nil means that no account can.
	PayoutReady func(ctx context.Context, tx *db.Tx, person id.Person) (bool, error)

	db            *db.DB
	recheckAtOnce int // persons that Recheck judges in one transaction
}

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d, recheckAtOnce: 50} }

// write runs a leaf function in a transaction and returns its result.
func write[T any](ctx context.Context, d *db.DB, f func(tx *db.Tx) (T, error)) (got T, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		got, err = f(tx)
		return err
	})
	return got, err
}

// Post posts a video.
func (s *Service) Post(ctx context.Context, n content.NewVideo) (content.Video, error) {
	return write(ctx, s.db, func(tx *db.Tx) (content.Video, error) { return content.PostVideo(ctx, tx, n) })
}

// Hide takes the creator's video out of the lists and closes it for gifts.
func (s *Service) Hide(ctx context.Context, by id.Person, video id.Video) (content.Video, error) {
	return write(ctx, s.db, func(tx *db.Tx) (content.Video, error) { return content.HideVideo(ctx, tx, by, video) })
}

// Open opens a LIVE room, which is not live yet.
func (s *Service) Open(ctx context.Context, n content.NewRoom) (content.Room, error) {
	return write(ctx, s.db, func(tx *db.Tx) (content.Room, error) { return content.OpenRoom(ctx, tx, n) })
}

// GoLive starts the creator's room.
func (s *Service) GoLive(ctx context.Context, by id.Person, room id.Live) (content.Room, error) {
	return write(ctx, s.db, func(tx *db.Tx) (content.Room, error) { return content.Start(ctx, tx, by, room) })
}

// End ends the creator's LIVE. A combo that is open ends by itself.
func (s *Service) End(ctx context.Context, by id.Person, room id.Live) (content.Room, error) {
	return write(ctx, s.db, func(tx *db.Tx) (content.Room, error) { return content.End(ctx, tx, by, room) })
}

// SetGifts switches gifts on or off for one of the creator's videos or rooms.
func (s *Service) SetGifts(ctx context.Context, by id.Person, target string, on bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return content.SetGifts(ctx, tx, by, target, on) })
}

// subject is what programmes judge a person by.
func (s *Service) subject(ctx context.Context, tx *db.Tx, person id.Person) (programme.Subject, error) {
	p, err := people.Get(ctx, tx, person)
	if err != nil {
		return programme.Subject{}, err
	}
	judged := programme.Subject{Person: p.ID, Region: p.Region, BirthDate: p.BirthDate, AccountKind: string(p.AccountKind), CreatedUS: p.CreatedUS}
	if s.PayoutReady != nil {
		judged.PayoutReady, err = s.PayoutReady(ctx, tx, p.ID)
	}
	return judged, err
}

// Join joins a programme and makes the person a creator.
func (s *Service) Join(ctx context.Context, person id.Person, name programme.Programme) (programme.Enrolment, error) {
	return write(ctx, s.db, func(tx *db.Tx) (programme.Enrolment, error) {
		judged, err := s.subject(ctx, tx, person)
		if err != nil {
			return programme.Enrolment{}, err
		}
		e, err := programme.Join(ctx, tx, judged, name)
		if err != nil {
			return e, err
		}
		return e, people.Grant(ctx, tx, person, people.Creator)
	})
}

// Leave leaves a programme.
func (s *Service) Leave(ctx context.Context, person id.Person, name programme.Programme) (programme.Enrolment, error) {
	return write(ctx, s.db, func(tx *db.Tx) (programme.Enrolment, error) { return programme.Leave(ctx, tx, person, name) })
}

// Refuse closes a programme for the person, who may read the note. Operators do it.
func (s *Service) Refuse(ctx context.Context, by people.Caller, person id.Person, name programme.Programme, note string) (programme.Enrolment, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return programme.Enrolment{}, err
	}
	act := by.Act(ctx, audit.Act{Verb: "programme.refuse", Subject: string(person), Changed: map[string]any{"programme": name}})
	return write(ctx, s.db, func(tx *db.Tx) (programme.Enrolment, error) {
		judged, err := s.subject(ctx, tx, person)
		if err != nil {
			return programme.Enrolment{}, err
		}
		e, err := programme.Refuse(ctx, tx, judged, name, note)
		if err != nil {
			return e, err
		}
		act.Reason = e.Note
		return e, audit.Record(ctx, tx, act)
	})
}

// Readmit lifts a refusal. Operators do it.
func (s *Service) Readmit(ctx context.Context, by people.Caller, person id.Person, name programme.Programme) (programme.Enrolment, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return programme.Enrolment{}, err
	}
	act := by.Act(ctx, audit.Act{Verb: "programme.readmit", Subject: string(person), Changed: map[string]any{"programme": name}})
	return write(ctx, s.db, func(tx *db.Tx) (programme.Enrolment, error) {
		if _, err := people.Get(ctx, tx, person); err != nil {
			return programme.Enrolment{}, err
		}
		was, err := programme.Of(ctx, tx, person, name)
		if err != nil {
			return programme.Enrolment{}, err
		}
		e, err := programme.Readmit(ctx, tx, person, name)
		if err != nil || e.State == was.State {
			return e, err
		}
		return e, audit.Record(ctx, tx, act)
	})
}

// Measure records what the host measured of a person's audience, and judges
// the person's programmes again. It returns those whose state changed.
func (s *Service) Measure(ctx context.Context, person id.Person, a programme.Audience) ([]programme.Enrolment, error) {
	return write(ctx, s.db, func(tx *db.Tx) ([]programme.Enrolment, error) {
		judged, err := s.subject(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		return programme.PutAudience(ctx, tx, judged, a)
	})
}

// Standing returns every programme and how the person stands to it.
func (s *Service) Standing(ctx context.Context, person id.Person) (all []programme.Standing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		judged, err := s.subject(ctx, tx, person)
		if err != nil {
			return err
		}
		all, err = programme.Overview(ctx, tx, judged)
		return err
	})
	return all, err
}
