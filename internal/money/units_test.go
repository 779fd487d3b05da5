package money_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/money"
)

func TestParseUnits(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "-1": -1, "10": 10, "499": 499,
		"9007199254740991": money.Max, "-9007199254740991": -money.Max,
	} {
		if got, err := money.ParseUnits([]byte(text)); got != want || err != nil {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"9007199254740992", "-9007199254740992", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
		"18446744073709551616", "18446744073709551617", "1" + strings.Repeat("0", 300), "-" + strings.Repeat("9", 5000),
	} {
		if got, err := money.ParseUnits([]byte(text)); got != 0 || !errors.Is(err, money.ErrOutOfRange) {
			t.Errorf("%.30s: got %d, %v; want ErrOutOfRange", text, got, err)
		}
	}
	for _, text := range []string{
		"", "-", "--1", "+1", "+0", "-0", "00", "01", "-01", "007",
		"1.0", "1.", ".5", "-1.5", "0.0", "1e3", "1E3", "1e-9", "1e300", "1e0", "0e0", "2e",
		`"1"`, `""`, `"-1"`, "'1'", "1_000", "1,000", "1 000", "1 ", " 1", "\t1", "1\n", "1\x00",
		"NaN", "nan", "Infinity", "-Infinity", "inf", "0x10", "0X1F", "0b1", "0o7", "10h", "1n", "1L",
		"null", "true", "false", "{}", "[]", "[1]", `{"amount":1}`,
		"١", "٤٩٩", "۱۲", "१२", "１２", "²", "½", "Ⅳ", "一", "1٠", "−1", "–1", "1\u200b", "\ufeff1", "\u00a01", "\xff", "1\xff",
		"99999999999999999999.0", "9007199254740992e0", strings.Repeat("9", 400) + "x",
	} {
		if got, err := money.ParseUnits([]byte(text)); got != 0 || !errors.Is(err, money.ErrNotInteger) {
			t.Errorf("%.30q: got %d, %v; want ErrNotInteger", text, got, err)
		}
	}
}

// integer is the whole grammar, written once more.
var integer = regexp.MustCompile(`\A(?:0|-?[1-9][0-9]*)\z`)

func FuzzParseUnits(f *testing.F) {
	for _, s := range []string{"0", "-0", "1", "01", "1.0", "1e3", `"1"`, "9007199254740991", "9007199254740992", "-9223372036854775808", "NaN", "0x10", "٤"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		given := bytes.Clone(raw)
		got, err := money.ParseUnits(raw)
		if !bytes.Equal(raw, given) {
			t.Fatal("the input was changed")
		}
		n, isInt := new(big.Int).SetString(string(raw), 10)
		switch {
		case !integer.Match(raw):
			if !errors.Is(err, money.ErrNotInteger) {
				t.Errorf("%q: got %d, %v; want ErrNotInteger", raw, got, err)
			}
		case !isInt || !within(n):
			if !errors.Is(err, money.ErrOutOfRange) {
				t.Errorf("%q: got %d, %v; want ErrOutOfRange", raw, got, err)
			}
		case err != nil || strconv.FormatInt(got, 10) != string(raw):
			t.Errorf("%q: got %d, %v", raw, got, err)
		}
	})
}

func TestUnitsInJSON(t *testing.T) {
	type body struct {
		Amount money.Units  `json:"amount"`
		Tip    *money.Units `json:"tip"`
	}
	for text, want := range map[string]error{
		`{"amount": 499}`:                nil,
		`{ "amount" : 499 , "tip":null}`: nil,
		`{"amount": 499, "tip": 1.0}`:    money.ErrNotInteger,
		`{"amount": "499"}`:              money.ErrNotInteger,
		`{"amount": 499.0}`:              money.ErrNotInteger,
		`{"amount": 4e2}`:                money.ErrNotInteger,
		`{"amount": -0}`:                 money.ErrNotInteger,
		`{"amount": null}`:               money.ErrNotInteger,
		`{"amount": 9007199254740992}`:   money.ErrOutOfRange,
		`{"amount": 1e300}`:              money.ErrNotInteger,
	} {
		var got body
		err := json.Unmarshal([]byte(text), &got)
		if !errors.Is(err, want) || (want == nil && (err != nil || got.Amount != 499 || got.Tip != nil)) {
			t.Errorf("%s: got %+v, %v; want %v", text, got, err, want)
		}
	}
	out, err := json.Marshal(body{Amount: money.Max})
	if err != nil || string(out) != `{"amount":9007199254740991,"tip":null}` {
		t.Errorf("written as %s, %v", out, err)
	}
}
