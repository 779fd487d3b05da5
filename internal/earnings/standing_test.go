package earnings

import (
	"testing"

	"github.com/ovationhq/ovation/internal/money"
)

func TestStanding(t *testing.T) {
	for _, c := range []struct {
		state State
		paid  int64
		want  State
	}{
		{Pending, 0, Pending}, {Available, 0, Available}, {Available, 1, PartlyPaid}, {Available, 99, PartlyPaid}, {Available, 100, PaidOut},
	} {
		e := Earning{State: c.state, Amount: money.Amount{Units: 100, Asset: money.USD}, Paid: c.paid}
		if got := e.Standing(); got != c.want {
			t.Errorf("%s with %d of 100 paid is %s, want %s", c.state, c.paid, got, c.want)
		}
	}
}
