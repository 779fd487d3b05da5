package sandbox

// dollars is what one unit of a currency is in dollars, in millionths. Money in
// another currency is never converted.
var dollars = map[string]int64{"usd": million, "eur": 1_084_312, "gbp": 1_268_945, "jpy": 6_713, "cad": 731_204, "aud": 655_870,
	"chf": 1_127_396, "brl": 198_431, "mxn": 58_216}

const million = 1_000_000

// rate is what one unit of a currency is in another, in millionths; 0 when the
// sandbox does not convert the one into the other.
func rate(from, to string) int64 {
	if dollars[from] == 0 || dollars[to] == 0 {
		return 0
	}
	return (dollars[from]*million + dollars[to]/2) / dollars[to]
}

// exchange converts an amount that can be charged at the rate, and rounds half
// up to the smallest unit.
func exchange(amount int64, from, to string) int64 {
	n, d := amount*rate(from, to), int64(million)
	for range decimals(to) {
		n *= 10
	}
	for range decimals(from) {
		d *= 10
	}
	return (n + d/2) / d
}

// settled is what an amount is on a balance that is kept in another currency
// than the card was charged in. In is empty when they are the same.
type settled struct {
	In     string `json:"in,omitempty"`
	Amount int64  `json:"amount,omitempty"`
	Rate   int64  `json:"rate,omitempty"` // in millionths
}

// of returns the currency and the amount that move on the balance for the
// amount that was charged, given back or disputed.
func (s settled) of(currency string, amount int64) (in string, n int64) {
	if s.In == "" {
		return currency, amount
	}
	return s.In, s.Amount
}

// part is what a part of a charge is, in the currency in which its money came.
// It is converted by itself, so that the parts of a charge may differ from it
// by their rounding, as they do at Stripe.
func (o *charge) part(amount int64) settled {
	in := o.Sandbox.Settled.In
	if in == "" || amount == o.Amount {
		return o.Sandbox.Settled
	}
	return settled{In: in, Amount: exchange(amount, o.Currency, in), Rate: rate(o.Currency, in)}
}

// arrives says in which currency the money of a charge comes, and how much it
// is there.
func (c *call) arrives(ch *charge) settled {
	to := c.settings().SettleIn
	if c.owner != "" || to == "" || to == ch.Currency || rate(ch.Currency, to) == 0 {
		return settled{}
	}
	return settled{In: to, Amount: exchange(ch.Amount, ch.Currency, to), Rate: rate(ch.Currency, to)}
}

// note adds to an entry at which rate its amount was converted, if it was.
func (s settled) note(e *entry) *entry {
	if s.Rate != 0 {
		r := float64(s.Rate) / million
		e.ExchangeRate = &r
	}
	return e
}
