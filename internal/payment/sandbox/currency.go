package sandbox

import "strings"

// currencies are those that Stripe takes.
var currencies = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(`usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd
		cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr
		isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn
		nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top
		try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw`) {
		m[c] = true
	}
	return m
}()

// whole are the currencies that Stripe counts in hundredths but takes in
// whole units only; tens are those whose last digit has to be 0.
var (
	whole = map[string]bool{"isk": true, "ugx": true}
	tens  = map[string]bool{"bhd": true, "jod": true, "kwd": true, "omr": true, "tnd": true}
)

// least is the smallest charge; 50 where nothing is said.
var least = map[string]int64{"gbp": 30, "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "hkd": 400, "huf": 17500,
	"mxn": 1000, "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000}

// maxAmount is the largest amount that Stripe takes: eight digits.
const maxAmount = 99_999_999

// currencyParam returns a currency that the request has to name.
func (c *call) currencyParam(name string) string {
	cur := strings.ToLower(c.need(name))
	if cur != "" && !currencies[cur] {
		c.fail(malformed("", name, "Invalid currency: %s.", clip(cur)))
	}
	return cur
}

// amountParam returns an amount above zero in the currency.
func (c *call) amountParam(name, cur string) int64 {
	if !c.has(name) {
		c.fail(missing(name))
		return 0
	}
	n := c.num(name, 0)
	c.amountFits(name, cur, n)
	return n
}

func (c *call) amountFits(name, cur string, n int64) {
	switch {
	case n < 1:
		c.fail(malformed("parameter_invalid_integer", name, "This value must be greater than or equal to 1."))
	case n > maxAmount:
		c.fail(malformed("amount_too_large", name, "Amount must be no more than %d.", maxAmount))
	case whole[cur] && n%100 != 0:
		c.fail(malformed("invalid_charge_amount_no_decimal_compatible", name, "Invalid amount. Amounts in %s must be evenly divisible by 100.", cur))
	case tens[cur] && n%10 != 0:
		c.fail(malformed("parameter_invalid_integer", name, "Invalid amount. The last digit of an amount in %s must be 0.", cur))
	}
}

// chargeable refuses a charge below the smallest one.
func (c *call) chargeable(name, cur string, n int64) {
	low := least[cur]
	if low == 0 {
		low = 50
	}
	if c.err == nil && n < low {
		c.fail(malformed("amount_too_small", name, "Amount must be at least %d %s", low, cur))
	}
}

// processingFee is what the sandbox takes of a charge: 2.9 % + 30, rounded
// half up, never more than the charge.
func processingFee(amount int64) int64 { return min(amount, (amount*29+500)/1000+30) }
