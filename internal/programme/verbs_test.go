package programme

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

const month = 30 * 24 * time.Hour

// thousand asks for 1,000 followers.
func thousand() []Policy { return house(1, dbtest.Start.Add(-time.Hour), 1_000) }

// changes returns the changes of state that were told of the person, in order.
func (w *world) changes(s Subject) (all []Changed) {
	w.t.Helper()
	w.read(func(ctx context.Context, tx *db.Tx) error {
		events, err := outbox.After(ctx, tx, 0, 1_000)
		for _, e := range events {
			if e.Type != "eligibility.changed" || e.Topic != "person:"+string(s.Person) {
				continue
			}
			var c Changed
			if err := json.Unmarshal(e.Data, &c); err != nil {
				return err
			}
			all = append(all, c)
		}
		return err
	})
	return all
}

// path writes the changes of state as "not_joined>active active>grace".
func (w *world) path(s Subject) string {
	w.t.Helper()
	var steps []string
	for _, c := range w.changes(s) {
		steps = append(steps, string(c.From)+">"+string(c.To))
	}
	return strings.Join(steps, " ")
}

// creator makes a person with so many followers who has joined.
func (w *world) creator(followers int64) Subject {
	w.t.Helper()
	s := w.person()
	w.put(s, Audience{Followers: followers})
	if _, err := w.join(s, VideoGifts); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func TestJoinSaysWhatIsMissing(t *testing.T) {
	each(t, preset(current), func(w *world) {
		s := w.person()
		w.put(s, Audience{Followers: 8_000, PublicPosts30d: 1, MeasuredUS: us(w.clk.Now().Add(-10 * 24 * time.Hour))})
		w.put(s, Audience{Followers: 9_000, PublicPosts30d: 1})
		_, err := w.join(s, VideoGifts)
		wantFault(w.t, err, fault.NotEligible, "video gifts", "followers 9000 of 10000", "2026-03-20")
		f := theFault(err)
		missing, _ := f.Data["missing"].([]Lack)
		if len(missing) != 1 || missing[0].Missing != 1_000 || *missing[0].Value != 9_000 || missing[0].Estimate != "2026-03-20T12:00:00.000000Z" ||
			f.Data["policy"] != "current@1" || f.Data["region"] != Everywhere {
			w.t.Errorf("the problem says %+v", f.Data)
		}
		if e := w.of(s, VideoGifts); e.State != NotJoined || w.path(s) != "" {
			w.t.Errorf("a refused join left %+v and %q", e, w.path(s))
		}
		_, err = w.join(s, Tips)
		wantFault(w.t, err, fault.NotFound, "tips")
		for _, name := range []Programme{"", "lottery", "video_gifts\x00", Programme(strings.Repeat("x", 5_000))} {
			_, err = w.join(s, name)
			wantFault(w.t, err, fault.NotFound)
			wantFault(w.t, w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := Leave(ctx, tx, s.Person, name)
				return err
			}), fault.NotFound)
		}
		_, err = w.join(Subject{Person: w.person().Person}, LiveGifts)
		wantFault(w.t, err, fault.NotEligible, "followers not known", "years of age not known")
	})
}

func TestJoinAndLeave(t *testing.T) {
	each(t, thousand(), func(w *world) {
		s := w.creator(1_000)
		e := w.of(s, VideoGifts)
		want := Enrolment{Person: s.Person, Programme: VideoGifts, State: Active, Reason: Joined, Version: "house@1", Region: Everywhere,
			JoinedUS: us(dbtest.Start), ChangedUS: us(dbtest.Start)}
		if diff := cmp.Diff(want, e); diff != "" {
			w.t.Fatal(diff)
		}
		w.clk.Advance(time.Hour)
		if again, err := w.join(s, VideoGifts); err != nil || again != want {
			w.t.Errorf("a second join: %+v, %v", again, err)
		}
		if err := w.require(s, VideoGifts); err != nil {
			w.t.Errorf("after joining: %v", err)
		}
		if e := w.leave(s, VideoGifts); e.State != Left || e.Reason != LeftBySelf {
			w.t.Errorf("left as %+v", e)
		}
		wantFault(w.t, w.require(s, VideoGifts), fault.NotEligible, "no longer in video gifts", "join again")
		if e := w.leave(s, VideoGifts); e.State != Left {
			w.t.Errorf("left twice as %+v", e)
		}
		if changed := w.put(s, Audience{Followers: 5_000}); len(changed) != 0 {
			w.t.Errorf("who left was brought back: %+v", changed)
		}
		if e, err := w.join(s, VideoGifts); err != nil || e.State != Active || e.JoinedUS != us(w.clk.Now()) {
			w.t.Errorf("joined again as %+v, %v", e, err)
		}
		if got := w.path(s); got != "not_joined>active active>left left>active" {
			w.t.Errorf("told: %s", got)
		}
		if e := w.leave(w.person(), VideoGifts); e.State != NotJoined {
			w.t.Errorf("who never joined left as %+v", e)
		}
	})
}

func TestGrace(t *testing.T) {
	each(t, thousand(), func(w *world) {
		s := w.creator(1_000)
		if changed := w.put(s, Audience{Followers: 1_001, MeasuredUS: us(w.clk.Now()) + 1}); len(changed) != 0 {
			w.t.Errorf("still above, but changed: %+v", changed)
		}
		w.clk.Advance(time.Hour)
		changed := w.put(s, Audience{Followers: 999})
		until := us(w.clk.Now().Add(month))
		if len(changed) != 1 || changed[0].State != Grace || changed[0].Reason != BelowThreshold || changed[0].GraceUntilUS != until {
			w.t.Fatalf("below the threshold: %+v", changed)
		}
		told := w.changes(s)
		if last := told[len(told)-1]; len(last.Missing) != 1 || last.Missing[0].Missing != 1 || last.GraceUntil != stamp(until) || last.Policy != "house@1" {
			w.t.Errorf("told: %+v", last)
		}
		if e, err := w.join(s, VideoGifts); err != nil || e != changed[0] {
			w.t.Errorf("joining in the grace period: %+v, %v", e, err)
		}
		w.clk.Advance(time.Hour)
		if w.put(s, Audience{Followers: 10}); w.of(s, VideoGifts) != changed[0] {
			w.t.Errorf("a further loss changed the grace period: %+v", w.of(s, VideoGifts))
		}
		w.clk.Set(time.UnixMicro(until - 1))
		if err := w.require(s, VideoGifts); err != nil || len(w.due(10)) != 0 {
			w.t.Errorf("in the last microsecond: %v, due %v", err, w.due(10))
		}
		changed = w.put(s, Audience{Followers: 1_000})
		if len(changed) != 1 || changed[0].State != Active || changed[0].Reason != Recovered || changed[0].GraceUntilUS != 0 {
			w.t.Errorf("above again: %+v", changed)
		}
		w.clk.Advance(time.Hour)
		w.put(s, Audience{Followers: 0})
		if e := w.of(s, VideoGifts); e.State != Grace || e.GraceUntilUS != us(w.clk.Now().Add(month)) {
			w.t.Errorf("a new fall begins a new grace period; got %+v", e)
		}
		if got := w.path(s); got != "not_joined>active active>grace grace>active active>grace" {
			w.t.Errorf("told: %s", got)
		}
	})
}

func TestGraceEnds(t *testing.T) {
	each(t, thousand(), func(w *world) {
		s, back := w.creator(1_000), w.creator(1_000)
		w.clk.Advance(time.Hour)
		w.put(s, Audience{Followers: 900})
		w.put(back, Audience{Followers: 900})
		w.clk.Advance(month)
		wantFault(w.t, w.require(s, VideoGifts), fault.NotEligible, "longer than the grace period of video gifts")
		if due := w.due(10); len(due) != 2 {
			w.t.Fatalf("due are %v, want both", due)
		}
		if due := w.due(1); len(due) != 1 {
			w.t.Errorf("due are %v, want one as asked", due)
		}
		// Whose measurement comes before the runner does is taken back.
		if w.put(back, Audience{Followers: 1_000}); w.require(back, VideoGifts) != nil {
			w.t.Errorf("above again after the end: %+v", w.of(back, VideoGifts))
		}
		changed := w.recheck(s)
		if len(changed) != 1 || changed[0].State != Left || changed[0].Reason != GraceEnded {
			w.t.Fatalf("after the end: %+v", changed)
		}
		if due := w.due(10); len(due) != 0 {
			w.t.Errorf("still due: %v", due)
		}
		if got := w.path(s); got != "not_joined>active active>grace grace>left" {
			w.t.Errorf("told: %s", got)
		}
		w.put(s, Audience{Followers: 1_000})
		if e, err := w.join(s, VideoGifts); err != nil || e.State != Active {
			w.t.Errorf("joining again: %+v, %v", e, err)
		}
	})
}

func TestRefuseAndReadmit(t *testing.T) {
	each(t, thousand(), func(w *world) {
		s := w.creator(1_000)
		refuse := func(p Programme, note string) (e Enrolment, err error) {
			err = w.write(func(ctx context.Context, tx *db.Tx) (err error) {
				e, err = Refuse(ctx, tx, s, p, note)
				return err
			})
			return e, err
		}
		for _, note := range []string{"", "  ", strings.Repeat("x", 501), "\xff", "a\x00b"} {
			if _, err := refuse(VideoGifts, note); !slices.Equal(pointers(err), []string{"/note"}) {
				w.t.Errorf("the note %q: %v", note, err)
			}
		}
		_, err := refuse(Series, "Why.")
		wantFault(w.t, err, fault.NotFound)
		e, err := refuse(VideoGifts, " Gifts from the creator's own accounts ")
		if err != nil || e.State != Refused || e.Note != "Gifts from the creator's own accounts" || e.ReapplyUS != us(w.clk.Now().Add(month)) {
			w.t.Fatalf("refused: %+v, %v", e, err)
		}
		closed := w.require(s, VideoGifts)
		wantFault(w.t, closed, fault.NotEligible, "2026-04-09")
		if f := theFault(closed); strings.Contains(f.Detail, "own accounts") {
			w.t.Errorf("fans read the note: %s", f.Detail)
		}
		if e := w.leave(s, VideoGifts); e.State != Refused {
			w.t.Errorf("leaving washed the refusal off: %+v", e)
		}
		w.recheck(s)
		_, err = w.join(s, VideoGifts)
		wantFault(w.t, err, fault.NotEligible, "own accounts. You can appeal", "2026-04-09")
		if f := theFault(err); f.RetryAfter != month {
			w.t.Errorf("the wait is %s", f.RetryAfter)
		}
		w.clk.Advance(month)
		if e, err := w.join(s, VideoGifts); err != nil || e.State != Active || e.Note != "" || e.ReapplyUS != 0 {
			w.t.Errorf("after the wait: %+v, %v", e, err)
		}
		if _, err := refuse(VideoGifts, "Again."); err != nil {
			w.t.Fatal(err)
		}
		w.must(func(ctx context.Context, tx *db.Tx) error {
			for range 2 {
				if e, err := Readmit(ctx, tx, s.Person, VideoGifts); err != nil || e.State != Left || e.Reason != Readmitted {
					return fmt.Errorf("readmitted: %+v, %w", e, err)
				}
			}
			return nil
		})
		if e, err := w.join(s, VideoGifts); err != nil || e.State != Active {
			w.t.Errorf("after the appeal: %+v, %v", e, err)
		}
		want := "not_joined>active active>refused refused>active active>refused refused>left left>active"
		if got := w.path(s); got != want {
			w.t.Errorf("told: %s", got)
		}
	})
}

func TestRequireMany(t *testing.T) {
	each(t, thousand(), func(w *world) {
		active, grace, left, none := w.creator(1_000), w.creator(1_000), w.creator(1_000), w.person()
		w.clk.Advance(time.Hour)
		w.put(grace, Audience{Followers: 1})
		w.leave(left, VideoGifts)
		w.read(func(ctx context.Context, tx *db.Tx) error {
			refused, err := RequireMany(ctx, tx, VideoGifts, []id.Person{active.Person, left.Person, none.Person, grace.Person, active.Person, "usr_nobody"})
			if err != nil {
				return err
			}
			if len(refused) != 3 {
				w.t.Errorf("refused are %v, want three", refused)
			}
			for who, state := range map[id.Person]State{left.Person: Left, none.Person: NotJoined, "usr_nobody": NotJoined} {
				wantFault(w.t, refused[who], fault.NotEligible, "video gifts", "page of programmes")
				if f := theFault(refused[who]); f.Data["state"] != string(state) || f.Data["creator"] != string(who) || f.Data["programme"] != "video_gifts" {
					w.t.Errorf("of %s: %v", state, f.Data)
				}
			}
			if refused, err := RequireMany(ctx, tx, LiveGifts, []id.Person{active.Person}); err != nil || len(refused) != 1 {
				w.t.Errorf("of another programme: %v, %v", refused, err)
			}
			refused, err = RequireMany(ctx, tx, VideoGifts, nil)
			if len(refused) != 0 {
				w.t.Errorf("of nobody: %v", refused)
			}
			return err
		})
	})
}

func TestNewVersionIsDue(t *testing.T) {
	next := house(2, dbtest.Start.Add(time.Hour), 2_000)
	each(t, append(thousand(), next...), func(w *world) {
		small, big, gone := w.creator(1_500), w.creator(2_500), w.creator(1_500)
		w.leave(gone, VideoGifts)
		if due := w.due(10); len(due) != 0 {
			w.t.Errorf("due before the version counts: %v", due)
		}
		w.clk.Advance(time.Hour)
		due := w.due(10)
		slices.Sort(due)
		if diff := cmp.Diff([]id.Person{small.Person, big.Person}, due); diff != "" {
			w.t.Fatalf("due: %s", diff)
		}
		w.recheck(small)
		w.recheck(big)
		if e := w.of(small, VideoGifts); e.State != Grace || e.Version != "house@2" {
			w.t.Errorf("1,500 of 2,000: %+v", e)
		}
		if e := w.of(big, VideoGifts); e.State != Active || e.Version != "house@2" {
			w.t.Errorf("2,500 of 2,000: %+v", e)
		}
		if due := w.due(10); len(due) != 0 {
			w.t.Errorf("still due: %v", due)
		}
	})
}

func TestRecheckOfOtherFacts(t *testing.T) {
	each(t, preset(current), func(w *world) {
		s := w.person()
		s.BirthDate = "2007-12-31" // 18
		w.put(s, Audience{Followers: 20_000, PublicPosts30d: 1})
		for _, p := range []Programme{VideoGifts, LiveGifts} {
			if _, err := w.join(s, p); err != nil {
				w.t.Fatal(err)
			}
		}
		s.Region = "JP" // the person moves to where the age is 20
		changed := w.recheck(s)
		if len(changed) != 2 || changed[0].State != Grace || changed[1].State != Grace || changed[0].Region != "JP" {
			w.t.Errorf("after the move: %+v", changed)
		}
		if err := w.require(s, LiveGifts); err != nil {
			w.t.Errorf("in the grace period: %v", err)
		}
	})
}

func TestOverview(t *testing.T) {
	each(t, preset(current), func(w *world) {
		s := w.person()
		w.put(s, Audience{Followers: 1_000})
		if _, err := w.join(s, LiveGifts); err != nil {
			w.t.Fatal(err)
		}
		w.read(func(ctx context.Context, tx *db.Tx) error {
			all, err := Overview(ctx, tx, s)
			if err != nil {
				return err
			}
			if len(all) != 2 || all[0].Enrolment.Programme != LiveGifts || all[0].Enrolment.State != Active || !all[0].Evaluation.Eligible ||
				all[1].Enrolment.Programme != VideoGifts || all[1].Enrolment.State != NotJoined || all[1].Evaluation.Eligible {
				w.t.Errorf("the overview is %+v", all)
			}
			for _, st := range all {
				ev, err := Evaluate(ctx, tx, s, st.Enrolment.Programme)
				if diff := cmp.Diff(ev, st.Evaluation); err != nil || diff != "" {
					w.t.Errorf("overview and Evaluate differ: %v %s", err, diff)
				}
			}
			return nil
		})
	})
}

// TestJoinRacesWithMeasurements lets joins, leaves and measurements meet. At
// the end each enrolment agrees with the last measurement, and the events tell
// an unbroken story.
func TestJoinRacesWithMeasurements(t *testing.T) {
	each(t, thousand(), func(w *world) {
		var subjects []Subject
		for range 4 {
			s := w.person()
			w.put(s, Audience{Followers: 1_000, MeasuredUS: us(w.clk.Now()) - 1_000})
			subjects = append(subjects, s)
		}
		var wg sync.WaitGroup
		for i, s := range subjects {
			for k := range 12 {
				wg.Go(func() {
					err := w.write(func(ctx context.Context, tx *db.Tx) (err error) {
						switch {
						case k%3 == 0:
							_, err = Join(ctx, tx, s, VideoGifts)
						case k == 11 && i == 0:
							_, err = Leave(ctx, tx, s.Person, VideoGifts)
						default:
							_, err = PutAudience(ctx, tx, s, Audience{Followers: int64(990 + 20*(k%2)), MeasuredUS: us(w.clk.Now()) - 900 + int64(k)})
						}
						return err
					})
					if err != nil && !fault.Is(err, fault.NotEligible) {
						w.t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		for _, s := range subjects {
			e, a := w.of(s, VideoGifts), Audience{}
			w.read(func(ctx context.Context, tx *db.Tx) (err error) {
				a, _, err = AudienceOf(ctx, tx, s.Person)
				return err
			})
			if above := a.Followers >= 1_000; e.State == Active && !above || e.State == Grace && above {
				w.t.Errorf("%d followers and the state %s", a.Followers, e.State)
			}
			at := NotJoined
			for _, c := range w.changes(s) {
				if c.From != at {
					w.t.Errorf("the events tell of %s after %s", c.From, at)
				}
				at = c.To
			}
			if at != e.State {
				w.t.Errorf("the events end with %s, the enrolment is %s", at, e.State)
			}
		}
	})
}

// TestSchemaHoldsTheInvariants writes around the rules.
func TestSchemaHoldsTheInvariants(t *testing.T) {
	each(t, thousand(), func(w *world) {
		s := w.creator(1_000)
		for constraint, statement := range map[string]string{
			"enrolment_state_is_known":            "UPDATE programme_enrolment SET state = 'away'",
			"grace_and_only_grace_has_an_end":     "UPDATE programme_enrolment SET state = 'grace'",
			"refused_and_only_refused_waits":      "UPDATE programme_enrolment SET reapply_us = 1",
			"refusal_states_its_reason":           "UPDATE programme_enrolment SET state = 'refused', reapply_us = 1",
			"audience_is_not_negative":            "UPDATE programme_audience SET followers = -1",
			"policy_gives_a_grace_period":         "UPDATE programme_policy SET grace_days = 0",
			"criterion_compares_numbers_or_words": "UPDATE programme_criterion SET words = 'many'",
		} {
			err := w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), constraint) {
				w.t.Errorf("%s: %v, want the constraint %s", statement, err, constraint)
			}
		}
		if e := w.of(s, VideoGifts); e.State != Active {
			w.t.Errorf("the enrolment is %+v", e)
		}
	})
}
