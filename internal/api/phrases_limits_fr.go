package api

// frenchOfLimits has the sentences of what people bound for themselves, and of
// what operators look up.
//
//nolint:misspell // it is French
var frenchOfLimits = map[string]string{
	// The audit log.
	"At most %d entries can be read at once, and at least one.": "On ne lit pas plus de %d entrées à la fois, et au moins une.",
}
