package programme

import "time"

// The presets as the tests install them: the numbers that package app ships,
// and a region that asks for more followers.
const (
	classic = "classic-2022"
	current = "current"
)

func preset(name string) []Policy {
	if name == classic {
		return classic2022()
	}
	return current1()
}

func classic2022() []Policy {
	terms := Policy{Version: "classic-2022@1", Preset: classic, FromUS: startOf(2022), GraceDays: 30, ReapplyDays: 30}
	video := terms.of(VideoGifts,
		Criterion{Metric: Followers, Op: AtLeast, Threshold: 1_000, Label: "criterion.followers"},
		Criterion{Metric: Views30d, Op: Above, Threshold: 1_000, Label: "criterion.views_30d"})
	live := terms.of(LiveGifts,
		Criterion{Metric: Followers, Op: AtLeast, Threshold: 1_000, Label: "criterion.followers"})
	policies := append(ofAge(video, excluded...), ofAge(live, excluded[1:]...)...)
	us := video.of(VideoGifts,
		Criterion{Metric: Followers, Op: AtLeast, Threshold: 100_000, Label: "criterion.followers"},
		Criterion{Metric: Views30d, Op: Above, Threshold: 1_000, Label: "criterion.views_30d"})
	return append(policies, us.in("US", 18, excluded...))
}

func current1() []Policy {
	terms := Policy{Version: "current@1", Preset: current, FromUS: startOf(2024), GraceDays: 30, ReapplyDays: 30}
	video := terms.of(VideoGifts,
		Criterion{Metric: Followers, Op: AtLeast, Threshold: 10_000, Label: "criterion.followers"},
		Criterion{Metric: AccountAgeDays, Op: AtLeast, Threshold: 30, Label: "criterion.account_age_days"},
		Criterion{Metric: PublicPosts30d, Op: AtLeast, Threshold: 1, Label: "criterion.public_posts_30d"})
	live := terms.of(LiveGifts,
		Criterion{Metric: Followers, Op: AtLeast, Threshold: 1_000, Label: "criterion.followers"})
	return append(ofAge(video, excluded...), ofAge(live, excluded[1:]...)...)
}

// excluded are the kinds of account that earn nothing on videos; on LIVE
// businesses do.
var excluded = []string{"business", "government", "political"}

// ofAge adds the age at which one may be paid: 18, 19 in KR, 20 in JP.
func ofAge(p Policy, excluded ...string) []Policy {
	return []Policy{p.in(Everywhere, 18, excluded...), p.in("JP", 20, excluded...), p.in("KR", 19, excluded...)}
}

// of returns the policy for a programme with these criteria.
func (p Policy) of(programme Programme, criteria ...Criterion) Policy {
	p.Programme, p.Criteria = programme, criteria
	return p
}

// in returns the policy for a region, with its age and the excluded kinds of
// account at the end.
func (p Policy) in(region string, age int64, excluded ...string) Policy {
	p.Region = region
	p.Criteria = append(p.Criteria[:len(p.Criteria):len(p.Criteria)],
		Criterion{Metric: AgeYears, Op: AtLeast, Threshold: age, Label: "criterion.age_years"})
	if len(excluded) > 0 {
		p.Criteria = append(p.Criteria, Criterion{Metric: AccountKind, Op: NoneOf, Words: excluded, Label: "criterion.account_kind"})
	}
	return p
}

func startOf(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() }
