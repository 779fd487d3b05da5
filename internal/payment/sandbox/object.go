package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
)

// text is a string that Stripe shows as null when there is none.
type text string

// MarshalJSON writes null for the empty text.
func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// UnmarshalJSON reads null as the empty text.
func (t *text) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = ""
	if s != nil {
		*t = text(*s)
	}
	return nil
}

// stamp is a time in seconds since 1970 that Stripe shows as null when unset.
type stamp int64

// MarshalJSON writes null for zero.
func (s stamp) MarshalJSON() ([]byte, error) {
	if s == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(int64(s))
}

// UnmarshalJSON reads null as zero.
func (s *stamp) UnmarshalJSON(b []byte) error {
	var n *int64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*s = 0
	if n != nil {
		*s = stamp(*n)
	}
	return nil
}

// The kinds of objects, as Stripe names them, and two of our own.
const (
	kindCustomer = "customer"
	kindMethod   = "payment_method"
	kindSetup    = "setup_intent"
	kindIntent   = "payment_intent"
	kindCharge   = "charge"
	kindRefund   = "refund"
	kindDispute  = "dispute"
	kindCheckout = "checkout.session"
	kindAccount  = "account"
	kindLink     = "account_link"
	kindTransfer = "transfer"
	kindReversal = "transfer_reversal"
	kindPayout   = "payout"
	kindEntry    = "balance_transaction"
	kindEvent    = "event"
	kindDelivery = "_delivery" // a webhook that has not arrived yet
	kindStored   = "_stored"   // the answer of an idempotency key
	kindSetting  = "_setting"  // what the control API was told
)

// blank makes an empty object of a kind, to read a stored one into.
var blank = map[string]func() any{
	kindCustomer: func() any { return new(customer) },
	kindMethod:   func() any { return new(paymentMethod) },
	kindSetup:    func() any { return new(setupIntent) },
	kindIntent:   func() any { return new(paymentIntent) },
	kindCharge:   func() any { return new(charge) },
	kindRefund:   func() any { return new(refund) },
	kindDispute:  func() any { return new(dispute) },
	kindCheckout: func() any { return new(checkoutSession) },
	kindAccount:  func() any { return new(account) },
	kindLink:     func() any { return new(accountLink) },
	kindTransfer: func() any { return new(transfer) },
	kindReversal: func() any { return new(reversal) },
	kindPayout:   func() any { return new(payout) },
	kindEntry:    func() any { return new(entry) },
	kindEvent:    func() any { return new(event) },
	kindDelivery: func() any { return new(delivery) },
	kindStored:   func() any { return new(stored) },
	kindSetting:  func() any { return new(settings) },
}

// present is implemented by objects whose look depends on the clock.
type present interface{ at(now int64) any }

// shown returns the object as a client sees it: decoded JSON without the
// sandbox's own member.
func shown(obj any, now int64) (map[string]any, error) {
	if p, ok := obj.(present); ok {
		obj = p.at(now)
	}
	raw, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("sandbox: writing an object: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	m := map[string]any{}
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("sandbox: reading an object: %w", err)
	}
	delete(m, "_sandbox")
	return m, nil
}

// merged returns the metadata with the changes of a request: an empty value
// takes a key away. The old map stays as it is.
func merged(old, changes map[string]string) map[string]string {
	m := maps.Clone(old)
	if m == nil {
		m = map[string]string{}
	}
	for k, v := range changes {
		if v == "" {
			delete(m, k)
		} else {
			m[k] = v
		}
	}
	return m
}
