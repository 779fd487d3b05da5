// Package money holds amounts in integers of an asset's smallest unit, and
// the few operations on them that may round.
//
// An amount is never a float. Everything that could overflow is computed in
// 128 bits; everything that divides says where the remainder goes.
package money

import (
	"errors"
	"math/bits"
	"strconv"
)

// Asset names what an amount counts: an ISO 4217 code, COIN or DIAMOND.
type Asset string

// The two assets of the house and the preset's settlement currency.
const (
	Coin    Asset = "COIN"
	Diamond Asset = "DIAMOND"
	USD     Asset = "USD"
)

// Max is the largest amount that is accepted anywhere, in smallest units. It
// is 2^53−1, so that a client that reads JSON numbers as doubles is exact too.
const Max = 1<<53 - 1

// Amount is so many smallest units of an asset: {499, USD} is $4.99.
type Amount struct {
	Units int64 `json:"amount"`
	Asset Asset `json:"asset"`
}

// ErrOverflow says that a result does not fit an amount.
var ErrOverflow = errors.New("money: amount out of range")

// Digits returns how many decimal digits the asset has: 2 for USD, 0 for JPY
// and for coins and diamonds, 3 for BHD (ISO 4217).
func (a Asset) Digits() int {
	switch a {
	case Coin, Diamond, "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

// CardStep is the smallest difference between two amounts that cards are charged
// and refunded in, in smallest units: with three digits the last has to be 0, and
// ariary are taken as wholes.
func (a Asset) CardStep() int64 {
	switch {
	case a.Digits() == 3:
		return 10
	case a == "MGA":
		return 100
	}
	return 1
}

// IsCurrency reports whether the asset has the form of an ISO 4217 code.
func (a Asset) IsCurrency() bool {
	if len(a) != 3 {
		return false
	}
	for i := range 3 {
		if a[i] < 'A' || a[i] > 'Z' {
			return false
		}
	}
	return true
}

// Add returns a+b, or ErrOverflow when the sum is beyond ±Max.
func Add(a, b int64) (int64, error) {
	s := a + b
	if (a > 0 && b > 0 && s < 0) || (a < 0 && b < 0 && s >= 0) || s > Max || s < -Max {
		return 0, ErrOverflow
	}
	return s, nil
}

// MulDivFloor returns floor(a×num/den) for a ≥ 0, num ≥ 0 and den > 0,
// computed in 128 bits.
func MulDivFloor(a, num, den int64) (int64, error) {
	q, _, err := mulDiv(a, num, den)
	return q, err
}

// MulDivCeil returns ceil(a×num/den) under the conditions of MulDivFloor.
func MulDivCeil(a, num, den int64) (int64, error) {
	q, r, err := mulDiv(a, num, den)
	if err != nil || r == 0 {
		return q, err
	}
	return Add(q, 1)
}

func mulDiv(a, num, den int64) (q, r int64, err error) {
	if a < 0 || num < 0 || den <= 0 {
		return 0, 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(a), uint64(num))
	if hi >= uint64(den) {
		return 0, 0, ErrOverflow
	}
	uq, ur := bits.Div64(hi, lo, uint64(den))
	if uq > Max {
		return 0, 0, ErrOverflow
	}
	return int64(uq), int64(ur), nil
}

// Of returns so many units of the same asset.
func (a Amount) Of(units int64) Amount { return Amount{Units: units, Asset: a.Asset} }

// Decimal writes the amount with the asset's digits and a dot, without the
// asset: 4.99, -0.05, 350. It is the form of exports, not of pages.
func (a Amount) Decimal() string {
	d := a.Asset.Digits()
	sign, u := "", uint64(a.Units)
	if a.Units < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if d == 0 {
		return sign + s
	}
	for len(s) <= d {
		s = "0" + s
	}
	return sign + s[:len(s)-d] + "." + s[len(s)-d:]
}
