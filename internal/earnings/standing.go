package earnings

// What a creator reads of an earning beyond Pending and Available, made of how
// much of it payouts have taken.
const (
	PartlyPaid State = "partly_paid"
	PaidOut    State = "paid"
)

// Standing is the state with what payouts have taken of it.
func (e *Earning) Standing() State {
	switch {
	case e.State != Available || e.Paid <= 0:
		return e.State
	case e.Left() > 0:
		return PartlyPaid
	}
	return PaidOut
}
