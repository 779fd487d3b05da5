package money_test

import (
	"encoding/binary"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/money"
)

func TestSplitExamples(t *testing.T) {
	for _, c := range []struct {
		total   int64
		weights []int64
		want    []int64
	}{
		{1, []int64{1, 1, 1}, []int64{1, 0, 0}}, // one cent over three creators: the first has it
		{100, []int64{705, 295}, []int64{71, 29}},
		{101, []int64{705, 295}, []int64{71, 30}},
		{10, []int64{1, 1, 1}, []int64{4, 3, 3}},
		{0, []int64{3, 0}, []int64{0, 0}},
		{7, []int64{0, 5, 0}, []int64{0, 7, 0}},
		{money.Max, []int64{money.Max, money.Max}, []int64{money.Max/2 + 1, money.Max / 2}},
		{money.Max, []int64{money.Max}, []int64{money.Max}},
	} {
		got, err := money.Split(c.total, c.weights)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("Split(%d, %v): %v\n%s", c.total, c.weights, err, diff)
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	huge := slices.Repeat([]int64{money.Max}, 600) // their sum is beyond 2^62
	for _, c := range []struct {
		name    string
		total   int64
		weights []int64
		want    error
	}{
		{"no weights", 5, nil, money.ErrWeights},
		{"only zeros", 5, []int64{0, 0}, money.ErrWeights},
		{"nothing by zeros", 0, []int64{0}, money.ErrWeights},
		{"a negative weight", 5, []int64{3, -1}, money.ErrWeights},
		{"a weight beyond Max", 5, []int64{money.Max + 1}, money.ErrWeights},
		{"a negative total", -1, []int64{1}, money.ErrOverflow},
		{"a total beyond Max", money.Max + 1, []int64{1}, money.ErrOverflow},
		{"weights whose sum is too large", 5, huge, money.ErrOverflow},
	} {
		if got, err := money.Split(c.total, c.weights); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: got %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

// amounts draws totals and weights, and often small ones, where ties are.
func amounts() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, 1000), rapid.Int64Range(0, money.Max))
}

func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := amounts().Draw(t, "total")
		weights := rapid.SliceOfN(amounts(), 1, 40).Draw(t, "weights")
		if fault := splitFault(total, weights); fault != "" {
			t.Fatal(fault)
		}
	})
}

// splitFault checks everything that Split promises and names the first
// promise that is broken, or "".
func splitFault(total int64, weights []int64) string {
	given := slices.Clone(weights)
	shares, err := money.Split(total, weights)
	if again, _ := money.Split(total, weights); !slices.Equal(shares, again) {
		return "the same split twice gave two results"
	}
	if !slices.Equal(given, weights) {
		return "the weights were changed"
	}
	if err != nil {
		return refusalFault(total, weights)
	}
	sum, given64 := new(big.Int), new(big.Int)
	for i := range weights {
		sum.Add(sum, exact(weights[i]))
		given64.Add(given64, exact(shares[i]))
	}
	if given64.Cmp(exact(total)) != 0 {
		return "the shares do not add up to the total"
	}
	for i, w := range weights {
		// |share×sum − total×weight| < sum: less than one unit from the exact part.
		off := new(big.Int).Mul(exact(shares[i]), sum)
		off.Sub(off, new(big.Int).Mul(exact(total), exact(w)))
		switch {
		case off.CmpAbs(sum) >= 0:
			return "a share is a whole unit or more from its exact part"
		case w == 0 && shares[i] != 0:
			return "a share was given for no weight"
		}
		for j := range i {
			if (weights[j] >= w && shares[j] < shares[i]) || (weights[j] < w && shares[j] > shares[i]) {
				return "the smaller weight, or the later of two equal ones, got more"
			}
		}
	}
	return ""
}

// refusalFault checks that a refused split had to be refused.
func refusalFault(total int64, weights []int64) string {
	sum := new(big.Int)
	for _, w := range weights {
		if w < 0 || w > money.Max {
			return ""
		}
		sum.Add(sum, exact(w))
	}
	if sum.Sign() == 0 || sum.CmpAbs(new(big.Int).Lsh(exact(1), 62)) > 0 || total < 0 || total > money.Max {
		return ""
	}
	return "a good split was refused"
}

// FuzzSplit reads the total and the weights from the bytes, any int64 at all.
func FuzzSplit(f *testing.F) {
	f.Add(int64(1), []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add(int64(money.Max), []byte{0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 3})
	f.Add(int64(-1), []byte{0xff, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, total int64, raw []byte) {
		var weights []int64
		for len(raw) >= 8 && len(weights) < 700 {
			weights = append(weights, int64(binary.BigEndian.Uint64(raw)))
			raw = raw[8:]
		}
		if fault := splitFault(total, weights); fault != "" {
			t.Errorf("Split(%d, %v): %s", total, weights, fault)
		}
	})
}
