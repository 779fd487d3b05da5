package people

import (
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// AgeToSignUp is the youngest, in years, that somebody may have an account.
const AgeToSignUp = 13

// payAges are the regions whose age of majority is not 18.
var payAges = map[string]int{"KR": 19, "JP": 20}

// AgeToPay is the youngest, in years, that somebody in the region may pay and
// be paid.
func AgeToPay(region string) int {
	if age, ok := payAges[region]; ok {
		return age
	}
	return 18
}

// ageAt counts full years by UTC days; known is false without a readable
// birth date. Who was born on 29 February has the birthday on 1 March in
// other years.
func ageAt(birthDate string, now time.Time) (years int, known bool) {
	born, err := time.Parse(time.DateOnly, birthDate)
	if err != nil {
		return 0, false
	}
	year, month, day := now.UTC().Date()
	years = year - born.Year()
	if month < born.Month() || (month == born.Month() && day < born.Day()) {
		years--
	}
	return years, true
}

// RequireAge returns a fault age_restricted unless the person is old enough
// to pay and be paid.
func RequireAge(person Brief, now time.Time) error {
	need := AgeToPay(person.Region)
	age, known := ageAt(person.BirthDate, now)
	switch {
	case !known:
		return fault.New(fault.AgeRestricted, "Your date of birth is not known, and paying is for people of %d years or more. Add it first.", need)
	case age < need:
		return fault.New(fault.AgeRestricted, "You need to be %d years old to pay or to be paid where you live, and you are %d. Nothing was charged.", need, max(age, 0))
	}
	return nil
}

// MayPay returns a fault unless the person may pay now:
// account_suspended or age_restricted.
func (b Brief) MayPay(now time.Time) error {
	if b.SuspendedUS != 0 {
		return errSuspended(b.SuspendedUS, "")
	}
	return RequireAge(b, now)
}

// MayPay returns a fault unless the person may pay now:
// account_suspended or age_restricted.
func (p *Person) MayPay(now time.Time) error {
	if p.SuspendedUS != 0 {
		return errSuspended(p.SuspendedUS, p.SuspendedReason)
	}
	return RequireAge(p.Brief(), now)
}

// MayBePaid returns a fault unless the person may be paid now, which is who
// may pay: account_suspended or age_restricted. Its sentence is for the person
// alone; somebody who wants to give them something is not told the reason.
func (b Brief) MayBePaid(now time.Time) error { return b.MayPay(now) }

// MayBePaid returns a fault unless the person may be paid now:
// account_suspended or age_restricted.
func (p *Person) MayBePaid(now time.Time) error { return p.MayPay(now) }

func errSuspended(sinceUS int64, reason string) *fault.Error {
	if reason != "" {
		reason = " The reason: " + reason
	}
	return fault.New(fault.AccountSuspended, "This account has been suspended since %s.%s Write to the operator of this site to have it looked at again.",
		time.UnixMicro(sinceUS).UTC().Format(time.DateOnly), reason)
}
