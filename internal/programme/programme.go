package programme

import (
	"strings"

	"github.com/ovationhq/ovation/internal/id"
)

// Programme is the name of a monetization feature, as clients see it.
type Programme string

// The programmes. Which of them are open is decided by the policies that are
// installed, not by this list.
const (
	VideoGifts       Programme = "video_gifts"
	LiveGifts        Programme = "live_gifts"
	Tips             Programme = "tips"
	LiveSubscription Programme = "live_subscription"
	Series           Programme = "series"
	Marketplace      Programme = "marketplace"
	Agency           Programme = "agency"
	Fund             Programme = "fund"
)

// names gives each programme its name inside a sentence.
var names = map[Programme]string{
	VideoGifts:       "video gifts",
	LiveGifts:        "LIVE gifts",
	Tips:             "tips",
	LiveSubscription: "LIVE subscription",
	Series:           "Series",
	Marketplace:      "the Creator Marketplace",
	Agency:           "the Agency Center",
	Fund:             "the Creator Fund",
}

// String returns the programme's name inside a sentence ("LIVE gifts").
func (p Programme) String() string {
	if n, ok := names[p]; ok {
		return n
	}
	return strings.ReplaceAll(string(p), "_", " ")
}

// Subject is what is known of a person apart from the audience. The caller
// loads it; unknown parts stay empty and fail the criteria that ask for them.
type Subject struct {
	Person      id.Person
	Region      string // ISO 3166-1 alpha-2, such as KR
	BirthDate   string // YYYY-MM-DD
	AccountKind string // such as personal, business, government, political
	CreatedUS   int64  // when the account was made
	PayoutReady bool   // the payout account can receive money
}

// State is where a person stands in a programme.
type State string

// The states. NotJoined is never stored.
const (
	NotJoined State = "not_joined"
	Active    State = "active"
	Grace     State = "grace"
	Left      State = "left"
	Refused   State = "refused"
)

// Reason says why the state is what it is.
type Reason string

// The reasons.
const (
	Joined         Reason = "joined"
	BelowThreshold Reason = "below_threshold" // grace began
	Recovered      Reason = "recovered"       // above again within the grace period
	LeftBySelf     Reason = "left_by_self"
	GraceEnded     Reason = "grace_ended"
	ByOperator     Reason = "by_operator" // refused; Enrolment.Note is the sentence
	Readmitted     Reason = "readmitted"  // the refusal was lifted
)

// Enrolment is a person's place in a programme. Times are microseconds UTC,
// and 0 where they do not apply.
type Enrolment struct {
	Person       id.Person
	Programme    Programme
	State        State
	Reason       Reason
	Note         string // the operator's sentence of a refusal
	Version      string // the policy that judged last
	Region       string // the region of that policy, or *
	JoinedUS     int64
	ChangedUS    int64 // when the state became what it is
	GraceUntilUS int64 // in Grace: the programme works until then
	ReapplyUS    int64 // in Refused: Join is open again from then
}

// Open reports whether the programme works for the person at the instant.
func (e Enrolment) Open(nowUS int64) bool {
	return e.State == Active || e.State == Grace && nowUS < e.GraceUntilUS
}

const dayUS = 24 * 60 * 60 * 1_000_000
