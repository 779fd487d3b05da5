package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/money"
)

// exact is the oracle's number.
func exact(n int64) *big.Int { return big.NewInt(n) }

func within(n *big.Int) bool { return n.CmpAbs(exact(money.Max)) <= 0 }

// edges draws integers, and often the ones at which arithmetic breaks.
func edges() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-money.Max, money.Max), rapid.Int64Range(-3, 3),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -money.Max - 1, -money.Max, money.Max, money.Max + 1, 1 << 62, math.MaxInt64 - 1, math.MaxInt64}))
}

func TestAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := edges().Draw(t, "a"), edges().Draw(t, "b")
		want := new(big.Int).Add(exact(a), exact(b))
		got, err := money.Add(a, b)
		switch {
		case within(want) && (err != nil || got != want.Int64()):
			t.Fatalf("Add(%d, %d) = %d, %v; want %s", a, b, got, err, want)
		case !within(want) && (!errors.Is(err, money.ErrOverflow) || got != 0):
			t.Fatalf("Add(%d, %d) = %d, %v; want 0 and ErrOverflow", a, b, got, err)
		}
	})
}

func TestMulDiv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, num, den := edges().Draw(t, "a"), edges().Draw(t, "num"), edges().Draw(t, "den")
		floor, errFloor := money.MulDivFloor(a, num, den)
		ceil, errCeil := money.MulDivCeil(a, num, den)
		if a < 0 || num < 0 || den <= 0 {
			if !errors.Is(errFloor, money.ErrOverflow) || !errors.Is(errCeil, money.ErrOverflow) {
				t.Fatalf("a sign out of its range was accepted: %v, %v", errFloor, errCeil)
			}
			return
		}
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(exact(a), exact(num)), exact(den), new(big.Int))
		check(t, "MulDivFloor", floor, errFloor, q)
		if r.Sign() > 0 {
			q.Add(q, exact(1))
		}
		check(t, "MulDivCeil", ceil, errCeil, q)
	})
}

func check(t *rapid.T, name string, got int64, err error, want *big.Int) {
	t.Helper()
	if within(want) != (err == nil) || (err == nil && got != want.Int64()) {
		t.Fatalf("%s: got %d, %v; want %s", name, got, err, want)
	}
}

func TestMulDivExamples(t *testing.T) {
	for _, c := range []struct{ a, num, den, floor, ceil int64 }{
		{0, 5, 7, 0, 0},
		{1, 1, 3, 0, 1},
		{100, 705, 1000, 70, 71}, // 100 coins at 70.5 %
		{money.Max, money.Max, money.Max, money.Max, money.Max},
		{math.MaxInt64, 1, math.MaxInt64, 1, 1},
		{199, 290_000, 10_000_000, 5, 6}, // 2.9 % of $1.99, in cents
	} {
		floor, errFloor := money.MulDivFloor(c.a, c.num, c.den)
		ceil, errCeil := money.MulDivCeil(c.a, c.num, c.den)
		if floor != c.floor || ceil != c.ceil || errFloor != nil || errCeil != nil {
			t.Errorf("%d×%d/%d: got %d (%v) and %d (%v), want %d and %d", c.a, c.num, c.den, floor, errFloor, ceil, errCeil, c.floor, c.ceil)
		}
	}
}

// TestDigits asks a library that is not ours for every currency of ISO 4217.
func TestDigits(t *testing.T) {
	codes := currency.GetCurrencyCodes()
	if len(codes) < 150 {
		t.Fatalf("the oracle knows %d currencies only", len(codes))
	}
	for _, code := range codes {
		want, ok := currency.GetDigits(code)
		if got := money.Asset(code).Digits(); !ok || got != int(want) {
			t.Errorf("%s has %d digits, want %d", code, got, want)
		}
		if !money.Asset(code).IsCurrency() {
			t.Errorf("%s is not taken for a currency", code)
		}
	}
	for asset, want := range map[money.Asset]int{money.Coin: 0, money.Diamond: 0, "CLF": 4, "UYW": 4, "UYI": 0} {
		if got := asset.Digits(); got != want {
			t.Errorf("%s has %d digits, want %d", asset, got, want)
		}
	}
	for _, asset := range []money.Asset{money.Coin, money.Diamond, "", "US", "usd", "U5D", "USDC", "ÜSD"} {
		if asset.IsCurrency() {
			t.Errorf("%q is taken for a currency", asset)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		units int64
		asset money.Asset
		want  string
	}{
		{0, "USD", "0.00"},
		{5, "USD", "0.05"},
		{-5, "USD", "-0.05"},
		{499, "USD", "4.99"},
		{-100, "EUR", "-1.00"},
		{350, "JPY", "350"},
		{-350, money.Coin, "-350"},
		{7, "KWD", "0.007"},
		{1000, "KWD", "1.000"},
		{12345, "CLF", "1.2345"},
		{money.Max, "USD", "90071992547409.91"},
		{math.MinInt64, "USD", "-92233720368547758.08"},
	} {
		if got := (money.Amount{Units: c.units, Asset: c.asset}).Decimal(); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.units, c.asset, got, c.want)
		}
	}
}

// TestDecimalReadsBack reads every decimal again as an exact fraction.
func TestDecimalReadsBack(t *testing.T) {
	assets := rapid.SampledFrom([]money.Asset{"USD", "JPY", "KWD", "CLF", money.Coin})
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{Units: edges().Draw(t, "units"), Asset: assets.Draw(t, "asset")}
		got, ok := new(big.Rat).SetString(a.Decimal())
		scale := new(big.Int).Exp(exact(10), exact(int64(a.Asset.Digits())), nil)
		if want := new(big.Rat).SetFrac(exact(a.Units), scale); !ok || got.Cmp(want) != 0 {
			t.Fatalf("%d %s was written as %s", a.Units, a.Asset, a.Decimal())
		}
	})
}

// Cards are charged in steps that the provider knows, also where the currency has
// digits that it does not.
func TestCardStep(t *testing.T) {
	for asset, want := range map[money.Asset]int64{"USD": 1, "JPY": 1, "KWD": 10, "MGA": 100, "HUF": 1, "ISK": 1} {
		if got := asset.CardStep(); got != want {
			t.Errorf("%s goes in steps of %d, want %d", asset, got, want)
		}
	}
}
