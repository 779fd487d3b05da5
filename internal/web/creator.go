package web

import (
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// The creator hub: pages under /c/. What each of them shows is of the visitor
// alone, whoever they are; becoming a creator begins there too.

// creatorRoutes is the part of the table of contents under /c.
func (s *site) creatorRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /c", signedIn(creatorHome))

	page(classRead, "GET /c/earnings", signedIn(earnedPage))
	page(classRead, "GET /c/earnings.csv", signedIn(earnedFile))

	page(classRead, "GET /c/payouts", signedIn(payoutsPage))
	page(classMoney, "POST /c/payouts", signedIn(requestPayout))
	page(classRead, "GET /c/payouts/{id}", signedIn(payoutPage))
	page(classMoney, "POST /c/payouts/{id}/cancel", signedIn(cancelPayout))
	page(classMoney, "POST /c/payouts/{id}/cancel-all", signedIn(cancelGroup))
	page(classWrite, "POST /c/payouts/onboarding", signedIn(onboard))
	page(classWrite, "GET /c/payouts/account/back", signedIn(onboarded))
	page(classWrite, "GET /c/payouts/account/again", signedIn(onboardAgain))
	page(classRead, "GET /c/payouts/balance", signedIn(bothPage))
	page(classWrite, "POST /c/payouts/calendar", signedIn(chooseCalendar))
	page(classWrite, "POST /c/payouts/account", signedIn(refreshAccount))

	page(classRead, "GET /c/statements", signedIn(statementsPage))
	page(classRead, "GET /c/statements/{month}", signedIn(statementPage))

	page(classRead, "GET /c/lives", signedIn(livesPage))
	page(classWrite, "POST /c/lives", signedIn(startLive))
	page(classRead, "GET /c/lives/{id}", signedIn(liveSummary))
	page(classWrite, "POST /c/lives/{id}/start", signedIn(startOpened))
	page(classWrite, "POST /c/lives/{id}/end", signedIn(endLive))

	page(classRead, "GET /c/content", signedIn(contentPage))
	page(classRead, "GET /c/content/{id}", signedIn(videoSummary))
	page(classWrite, "POST /c/content/{id}/gifts", signedIn(switchGifts))

	page(classRead, "GET /c/supporters", signedIn(supportersPage))
	page(classRead, "GET /c/supporters.csv", signedIn(supportersFile))

	page(classRead, "GET /c/goals", signedIn(goalsPage))
	page(classWrite, "POST /c/goals", signedIn(setGoal))
	page(classWrite, "POST /c/goals/{id}/end", signedIn(endGoal))

	page(classRead, "GET /c/programmes", signedIn(programmesPage))
	page(classWrite, "POST /c/programmes/join", signedIn(joinProgramme))
	page(classWrite, "POST /c/programmes/leave", signedIn(leaveProgramme))
}

// earnsNothing reports whether the visitor is no creator yet.
func (v *visit) earnsNothing() bool { return !v.is(people.Creator) }

// money writes smallest units of a currency.
func (v *visit) money(units int64, asset money.Asset) string {
	return v.amount(money.Amount{Units: units, Asset: asset})
}

// sourceWords are the keys of what the sources of earnings are called.
var sourceWords = map[earnings.Source]string{earnings.FromGift: "source.gift", earnings.FromVideoGift: "source.video_gift", earnings.FromTip: "source.tip"}

// sourceName is what a source of earnings is called.
func (v *visit) sourceName(s earnings.Source) string { return v.T(sourceWords[s]) }

// sourceNames are all sources, in the order of the bars.
func (v *visit) sourceNames() (names []string) {
	for _, s := range earnings.Sources {
		names = append(names, v.sourceName(s))
	}
	return names
}

// dayShort writes a date without its year, where there is little room.
func (v *visit) dayShort(t time.Time) string {
	t = t.UTC()
	return v.T("time.short", t.Day(), v.T("month.short."+numeral(int64(t.Month()))))
}

// targetPath is the page of the hub about a video or a LIVE.
func targetPath(target string) string {
	if id.KindOf(target) == id.KindLive {
		return "/c/lives/" + target
	}
	return "/c/content/" + target
}

// didOf is the key of the sentence that an address of the hub asks to show.
func (v *visit) didOf(known ...string) string { return noticeOf(v.r.URL.Query().Get("did"), known...) }
