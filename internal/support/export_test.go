package support

// ForgetAtOnce has so many sums be forgotten at once, and returns what undoes it.
func ForgetAtOnce(sums int) (undo func()) {
	was := forgetAtOnce
	forgetAtOnce = sums
	return func() { forgetAtOnce = was }
}
