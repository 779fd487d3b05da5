package money

import (
	"errors"
	"math/bits"
	"slices"
)

// ErrWeights says that a split was asked for with no weight above zero, or a
// negative one.
var ErrWeights = errors.New("money: weights must be ≥ 0 and at least one > 0")

// Split divides total (≥ 0) in proportion to the weights by the largest
// remainder: every share is the floor of its exact part, and the units left
// over go one each to the shares with the largest fractions, the earlier
// share first on a tie. The shares add up to total exactly.
func Split(total int64, weights []int64) ([]int64, error) {
	var sum uint64
	for _, w := range weights {
		if w < 0 || w > Max {
			return nil, ErrWeights
		}
		sum += uint64(w)
		if sum > 1<<62 {
			return nil, ErrOverflow
		}
	}
	if sum == 0 {
		return nil, ErrWeights
	}
	if total < 0 || total > Max {
		return nil, ErrOverflow
	}
	shares := make([]int64, len(weights))
	fractions := make([]uint64, len(weights))
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(hi, lo, sum) // hi < sum because w ≤ sum
		shares[i], fractions[i] = int64(q), r
		left -= int64(q)
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case fractions[a] > fractions[b]:
			return -1
		case fractions[a] < fractions[b]:
			return 1
		}
		return 0
	})
	for i := range left {
		shares[order[i]]++
	}
	return shares, nil
}
