package programme

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
)

// Everywhere is the region of a policy for all regions without their own row.
const Everywhere = "*"

// Policy is what a programme asks for in a region, from an instant on.
type Policy struct {
	Version     string // such as current@1: the preset and a number
	Preset      string // such as current
	Programme   Programme
	Region      string // ISO 3166-1 alpha-2, or Everywhere
	FromUS      int64
	GraceDays   int64 // how long the programme goes on for who falls below
	ReapplyDays int64 // how long who was refused waits
	Criteria    []Criterion
}

// Criterion is one line of a policy.
type Criterion struct {
	Metric    Metric
	Op        Op
	Threshold int64    // of AtLeast and Above
	Words     []string // of OneOf and NoneOf
	Route     string   // "" is asked of everyone; else one whole route is enough
	Label     string   // the key of the text that people read
}

// Metric is a thing that can be asked for.
type Metric string

// The metrics.
const (
	Followers          Metric = "followers"
	Views30d           Metric = "views_30d"
	PublicPosts30d     Metric = "public_posts_30d"
	LiveMinutes        Metric = "live_minutes"
	AccountAgeDays     Metric = "account_age_days"
	AgeYears           Metric = "age_years"
	PayoutAccountReady Metric = "payout_account_ready" // 0 or 1
	RegionListed       Metric = "region_listed"        // 0 or 1
	AccountKind        Metric = "account_kind"         // a word
)

// metrics gives each metric its name inside a sentence.
var metrics = map[Metric]string{
	Followers:          "followers",
	Views30d:           "views in 30 days",
	PublicPosts30d:     "public posts in 30 days",
	LiveMinutes:        "minutes of LIVE",
	AccountAgeDays:     "days of account age",
	AgeYears:           "years of age",
	PayoutAccountReady: "ready payout account",
	RegionListed:       "listed region",
	AccountKind:        "kind of account",
}

// Op is how a value is compared.
type Op string

// The operators: two for numbers, two for words.
const (
	AtLeast Op = "at_least"
	Above   Op = "above"
	OneOf   Op = "one_of"
	NoneOf  Op = "none_of"
)

// Need returns the smallest number that meets a criterion of numbers.
func (c Criterion) Need() int64 {
	if c.Op == Above {
		return c.Threshold + 1
	}
	return c.Threshold
}

var (
	versionForm = regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*)@[1-9][0-9]{0,5}$`)
	regionForm  = regexp.MustCompile(`^(\*|[A-Z]{2})$`)
	wordForm    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	labelForm   = regexp.MustCompile(`^[a-z][a-z0-9_.]*$`)
)

// maxThreshold bounds thresholds and measured values, so that no sum of them
// can overflow.
const maxThreshold = 1_000_000_000_000

// Check returns a fault that names every wrong part of the policies, by the
// policy's place in the list.
func Check(policies []Policy) error { return check(policies) }

// check returns a fault that names every wrong part of the policies.
func check(policies []Policy) error {
	bad := fault.New(fault.ValidationFailed, "The policies can not be installed; each wrong part is listed. Nothing was changed.")
	for i, p := range policies {
		at := "/" + strconv.Itoa(i)
		wrong := func(is bool, part, sentence string, args ...any) {
			if is {
				blame(bad, at+part, sentence, args...)
			}
		}
		m := versionForm.FindStringSubmatch(p.Version)
		wrong(m == nil, "/version", "%q is no version; write the preset, an at sign and a number, such as current@1.", p.Version)
		wrong(m != nil && m[1] != p.Preset, "/preset", "The version %s belongs to the preset %s, not to %q.", p.Version, first(m), p.Preset)
		wrong(names[p.Programme] == "", "/programme", "%q is no programme.", string(p.Programme))
		wrong(!regionForm.MatchString(p.Region), "/region", "%q is no region; use two large letters of ISO 3166-1, or * for everywhere.", p.Region)
		wrong(p.FromUS <= 0, "/from", "The policy says from when it counts.")
		wrong(p.GraceDays < 1 || p.GraceDays > 3650, "/grace_days", "The grace period is 1 to 3650 days; %d was given.", p.GraceDays)
		wrong(p.ReapplyDays < 0 || p.ReapplyDays > 3650, "/reapply_days", "The wait after a refusal is 0 to 3650 days; %d was given.", p.ReapplyDays)
		wrong(len(p.Criteria) == 0, "/criteria", "A policy has at least one criterion.")
		for k, c := range p.Criteria {
			c.check(func(is bool, part, sentence string, args ...any) {
				wrong(is, "/criteria/"+strconv.Itoa(k)+part, sentence, args...)
			})
		}
	}
	checkVersions(policies, bad)
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// blame adds a wrong part to the fault.
func blame(bad *fault.Error, pointer, sentence string, args ...any) {
	bad.Fields = append(bad.Fields, fault.Field{Pointer: pointer, Code: fault.ValidationFailed, Detail: fmt.Sprintf(sentence, args...)})
}

func first(m []string) string {
	if len(m) < 2 {
		return ""
	}
	return m[1]
}

func (c Criterion) check(wrong func(is bool, part, sentence string, args ...any)) {
	numbers, words := c.Op == AtLeast || c.Op == Above, c.Op == OneOf || c.Op == NoneOf
	wrong(metrics[c.Metric] == "", "/metric", "%q is no metric.", string(c.Metric))
	wrong(!numbers && !words, "/op", "%q is no operator; use at_least, above, one_of or none_of.", string(c.Op))
	wrong(numbers && c.Metric == AccountKind, "/op", "The kind of account is a word; use one_of or none_of.")
	wrong(words && c.Metric != AccountKind, "/op", "%s is a number; use at_least or above.", c.Metric)
	wrong(numbers && (c.Threshold < 0 || c.Threshold > maxThreshold), "/threshold", "A threshold is 0 to %d; %d was given.", int64(maxThreshold), c.Threshold)
	wrong(numbers && len(c.Words) > 0, "/words", "Words are compared with one_of or none_of.")
	wrong(words && c.Threshold != 0, "/threshold", "A threshold is compared with at_least or above.")
	wrong(words && len(c.Words) == 0, "/words", "Name at least one word.")
	for _, w := range c.Words {
		wrong(!wordForm.MatchString(w), "/words", "%q is no word; use small letters, digits and underscores.", w)
	}
	wrong(c.Route != "" && !wordForm.MatchString(c.Route), "/route", "%q is no route; use small letters, digits and underscores.", c.Route)
	wrong(!labelForm.MatchString(c.Label), "/label", "%q is no key of a label.", c.Label)
}

// checkVersions wants each version of a programme to hold a row for everywhere,
// each region once, and one start.
func checkVersions(policies []Policy, bad *fault.Error) {
	for i, p := range policies {
		at := "/" + strconv.Itoa(i)
		everywhere := false
		for k, q := range policies {
			if !p.sameVersion(q) {
				continue
			}
			everywhere = everywhere || q.Region == Everywhere
			if k < i && q.Region == p.Region {
				blame(bad, at+"/region", "The version %s of %s has the region %s twice.", p.Version, p.Programme, p.Region)
			}
			if k < i && q.FromUS != p.FromUS {
				blame(bad, at+"/from", "All regions of a version start at the same instant; %s of %s has two.", p.Version, p.Programme)
			}
		}
		if !everywhere {
			blame(bad, at+"/region", "The version %s of %s says nothing for everywhere else; add a policy with the region *. Where a programme is closed, ask there for region_listed.", p.Version, p.Programme)
		}
	}
}

func (p Policy) sameVersion(q Policy) bool {
	return p.Version == q.Version && p.Programme == q.Programme
}

// equal compares all that a policy says. The order of criteria counts, since
// people see it; the order of words does not.
func (p Policy) equal(q Policy) bool {
	return p.sameVersion(q) && p.Region == q.Region && p.Preset == q.Preset && p.FromUS == q.FromUS &&
		p.GraceDays == q.GraceDays && p.ReapplyDays == q.ReapplyDays &&
		slices.EqualFunc(p.Criteria, q.Criteria, func(a, b Criterion) bool {
			return a.Metric == b.Metric && a.Op == b.Op && a.Threshold == b.Threshold && a.Route == b.Route && a.Label == b.Label &&
				joinWords(a.Words) == joinWords(b.Words)
		})
}

// joinWords writes words as the column keeps them: sorted, once each.
func joinWords(words []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(words))), ",")
}

func splitWords(column string) []string {
	if column == "" {
		return nil
	}
	return strings.Split(column, ",")
}
