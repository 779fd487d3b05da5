package app

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
)

//go:embed sample/*.mp4 sample/*.jpg
var sampleClips embed.FS

// World is who and what a sandbox begins with, as dev.json tells it.
type World struct {
	URL         string               `json:"url"`
	OperatorKey string               `json:"operator_key"`
	People      map[string]id.Person `json:"people"`  // by role: fan, creator, operator…
	Content     map[string]string    `json:"content"` // video, live
	Fans        []id.Person          `json:"-"`
	Rooms       []content.Room       `json:"-"`
	Videos      []content.Video      `json:"-"`
}

// creatorSeed is a creator of the sandbox with what they show.
type creatorSeed struct {
	handle, name, region string
	followers            int64
	live, video          string
	clip                 int
}

var creatorSeeds = []creatorSeed{
	{"mina", "Mina Okafor", "US", 48_200, "Late-night piano requests", "A lullaby for the setting sun", 2},
	{"theo", "Theo Lindqvist", "SE", 21_900, "Painting the northern sky, live", "The northern lights in forty strokes", 1},
	{"yuki", "Yuki Tanaka", "JP", 130_400, "Rooftop concert rehearsal", "Soundcheck: the bass drop", 3},
	{"amara", "Amara Diallo", "FR", 15_300, "", "Paper hearts, one take", 4},
}

// fanNames make the simulated fans recognisable in a feed.
var fanNames = []string{"Alex", "Sam", "Noor", "Lea", "Ivo", "Kim", "Ada", "Ben", "Zoe", "Max", "Ines", "Raj", "Tess", "Omar", "Lin", "Eva"}

func (a *App) mediaDir() string { return filepath.Join(a.Options.Config.Data, "media") }

// Seed makes the sandbox's world, or finds the one that was made before.
func (a *App) Seed(ctx context.Context) (World, error) {
	w := World{URL: a.Options.Config.PublicURL(), People: map[string]id.Person{}, Content: map[string]string{}}
	if err := a.copyClips(); err != nil {
		return w, err
	}
	_, _, err := a.People.ByExternal(ctx, "sandbox-fay")
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return w, err
	}
	if fresh {
		if err := a.begin(ctx, &w); err != nil {
			return w, fmt.Errorf("seeding the sandbox: %w", err)
		}
	}
	if err := a.findWorld(ctx, &w); err != nil {
		return w, fmt.Errorf("finding the sandbox's people: %w", err)
	}
	if fresh {
		if err := a.seedGoals(ctx, &w); err != nil {
			return w, fmt.Errorf("seeding the sandbox's goals: %w", err)
		}
	}
	return w, a.operatorKey(ctx, &w)
}

// liveFor is for how long the LIVEs of the present have been going on, in a
// world that has a past.
const liveFor = 25 * time.Minute

// begin makes the world: people and content as many days ago as the history is
// long, the history, and the LIVEs of the present.
func (a *App) begin(ctx context.Context, w *World) error {
	if err := a.settleIn(ctx); err != nil {
		return err
	}
	present := a.Clock.Offset()
	a.Clock.SetOffset(present - time.Duration(a.Options.History)*24*time.Hour)
	defer a.Clock.SetOffset(present)
	if err := a.seedPeople(ctx, w); err != nil {
		return err
	}
	for _, c := range creatorSeeds {
		if err := a.seedCreator(ctx, c); err != nil {
			return err
		}
	}
	if err := a.findWorld(ctx, w); err != nil {
		return err
	}
	// The first creator can be paid out at once; the others show how an account
	// is opened.
	if err := a.OnboardSeeded(ctx, w.People["creator"]); err != nil {
		return fmt.Errorf("the payout account: %w", err)
	}
	if err := a.openTips(ctx, w.People["creator"]); err != nil {
		return fmt.Errorf("opening tips: %w", err)
	}
	if err := a.livePast(ctx, w, a.Options.History); err != nil {
		return fmt.Errorf("the history: %w", err)
	}
	a.Clock.SetOffset(present - min(liveFor, time.Duration(a.Options.History)*24*time.Hour))
	for _, c := range creatorSeeds {
		if err := a.seedRoom(ctx, w.People[c.handle], c); err != nil {
			return err
		}
	}
	return nil
}

// settleIn makes the creators half a year before the sandbox begins, because
// programmes ask for accounts that have been there for a while.
func (a *App) settleIn(ctx context.Context) error {
	now := a.Clock.Offset()
	a.Clock.SetOffset(now - 180*24*time.Hour)
	defer a.Clock.SetOffset(now)
	for _, c := range creatorSeeds {
		if _, err := a.person(ctx, c.handle, c.name, c.region); err != nil {
			return err
		}
	}
	return nil
}

// copyClips puts the sample clips where media are served from.
func (a *App) copyClips() error {
	if err := os.MkdirAll(a.mediaDir(), 0o700); err != nil {
		return err
	}
	files, err := sampleClips.ReadDir("sample")
	if err != nil {
		return err
	}
	for _, f := range files {
		to := filepath.Join(a.mediaDir(), f.Name())
		if _, err := os.Stat(to); err == nil {
			continue
		}
		data, err := sampleClips.ReadFile("sample/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// person makes a person of the sandbox, or finds the one there is.
func (a *App) person(ctx context.Context, handle, name, region string) (people.Person, error) {
	p, _, err := a.People.EnsureExternal(ctx, people.NewPerson{Handle: handle, Name: name, Email: handle + "@sandbox.example", Region: region, BirthDate: "1994-05-17",
		Locale: "en", AccountKind: people.Personal, ExternalID: "sandbox-" + handle})
	return p, err
}

func (a *App) seedPeople(ctx context.Context, w *World) error {
	for _, who := range []struct{ role, handle, name string }{{"fan", "fay", "Fay Moreau"}, {"operator", "olu", "Olu Adeyemi"}} {
		p, err := a.person(ctx, who.handle, who.name, "US")
		if err != nil {
			return err
		}
		w.People[who.role] = p.ID
	}
	if err := a.People.GrantRole(ctx, people.Console(), w.People["operator"], people.Operator); err != nil {
		return err
	}
	var err error
	w.Fans, err = a.fansUpTo(ctx, a.Options.Fans)
	return err
}

// findWorld looks up the people and the content that the world begins with.
func (a *App) findWorld(ctx context.Context, w *World) error {
	if err := a.seedPeople(ctx, w); err != nil {
		return err
	}
	for i, c := range creatorSeeds {
		p, err := a.person(ctx, c.handle, c.name, c.region)
		if err != nil {
			return err
		}
		if i == 0 {
			w.People["creator"] = p.ID
		}
		w.People[c.handle] = p.ID
	}
	home, err := a.Reader.Feed(ctx, content.Cursor{})
	if err != nil {
		return err
	}
	w.Rooms, w.Videos = home.Rooms, home.Videos
	for _, r := range home.Rooms {
		if r.Creator == w.People["creator"] {
			w.Content["live"] = string(r.ID)
		}
	}
	for _, v := range home.Videos {
		if v.Creator == w.People["creator"] {
			w.Content["video"] = string(v.ID)
		}
	}
	return nil
}

// seedCreator lets a creator meet the programmes' criteria and post a clip.
func (a *App) seedCreator(ctx context.Context, c creatorSeed) error {
	p, err := a.person(ctx, c.handle, c.name, c.region)
	if err != nil {
		return err
	}
	if _, err := a.Creators.Measure(ctx, p.ID, programme.Audience{Followers: c.followers, Views30d: c.followers * 9, PublicPosts30d: 12, LiveMinutes: 900}); err != nil {
		return err
	}
	for _, name := range []programme.Programme{programme.VideoGifts, programme.LiveGifts} {
		if _, err := a.Creators.Join(ctx, p.ID, name); err != nil {
			return err
		}
	}
	width, height := int64(540), int64(960)
	if c.clip > 2 {
		width, height = 854, 480
	}
	_, err = a.Creators.Post(ctx, content.NewVideo{Creator: p.ID, Title: c.video, Media: fmt.Sprintf("clip%d.mp4", c.clip), Poster: poster(c.clip), DurationMS: 8000, Width: width, Height: height, GiftsOn: true})
	return err
}

func poster(clip int) string { return fmt.Sprintf("poster%d.jpg", clip) }

// seedRoom has a creator go LIVE now, who is one to do so.
func (a *App) seedRoom(ctx context.Context, creator id.Person, c creatorSeed) error {
	if c.live == "" {
		return nil
	}
	room, err := a.Creators.Open(ctx, content.NewRoom{Creator: creator, Title: c.live, Poster: poster(c.clip), GiftsOn: true})
	if err != nil {
		return err
	}
	_, err = a.Creators.GoLive(ctx, creator, room.ID)
	return err
}

// operatorKey makes the key that dev.json tells, anew at each start: only its
// hash is kept.
func (a *App) operatorKey(ctx context.Context, w *World) error {
	_, secret, err := a.People.FirstKey(ctx, "sandbox operator "+a.Clock.Now().Format(time.RFC3339))
	w.OperatorKey = secret
	return err
}

// WriteWorld writes dev.json, which tells programs where the sandbox is, and
// the same as variables of a shell in the file env.
func (a *App) WriteWorld(w World) error {
	text, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	env := fmt.Sprintf("URL=%s\nOPERATOR_KEY=%s\nFAN=%s\nCREATOR=%s\nLIVE=%s\nVIDEO=%s\n",
		w.URL, w.OperatorKey, w.People["fan"], w.People["creator"], w.Content["live"], w.Content["video"])
	return errors.Join(a.replaceFile("env", []byte(env)), a.replaceFile("dev.json", append(text, '\n')))
}

// replaceFile writes a file of the data folder that only its owner may read,
// whole or not at all.
func (a *App) replaceFile(name string, text []byte) error {
	path := filepath.Join(a.Options.Config.Data, name)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Fund has a person buy coins with a test card, as a fan would.
func (a *App) Fund(ctx context.Context, person id.Person, coins int64, key string) error {
	cards, err := a.Purchases.Cards(ctx, person)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		c, err := a.Purchases.AddTestCard(ctx, person, "pm_card_visa")
		if err != nil {
			return err
		}
		cards = append(cards, c)
	}
	_, err = a.Purchases.Buy(ctx, purchase.Request{Key: key, Person: person, Coins: coins, Currency: "USD", Card: cards[0].ID, ReturnURL: a.Options.Config.PublicURL() + "/wallet"})
	return err
}

// pacing reports that somebody has paid all that they may for now: a simulated fan
// then rests, as a fan has to.
func pacing(err error) bool {
	return fault.Is(err, fault.NewAccountLimit) || fault.Is(err, fault.VelocityLimit) || fault.Is(err, fault.DailyLimit)
}

// OnboardSeeded opens a seeded creator's payout account and completes it at
// the sandbox's provider, as the creator would on its pages.
func (a *App) OnboardSeeded(ctx context.Context, creator id.Person) error {
	back := a.Options.Config.PublicURL() + "/c/payouts"
	if _, err := a.Payouts.Onboard(ctx, creator, back, back); err != nil {
		return err
	}
	acc, err := a.Payouts.Refresh(ctx, creator)
	if err != nil {
		return err
	}
	if err := a.sandbox.server.Onboard(acc.Provider, sandbox.Onboarding{Name: "Sandbox Creator", Variant: sandbox.Complete}); err != nil {
		return err
	}
	_, err = a.Payouts.Refresh(ctx, creator)
	return err
}

// chance is the sandbox's randomness: the seed makes a run repeatable.
func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x6f766174696f6e)) }
