package api

// frenchOfPapers has the sentences of statements and receipts.
//
//nolint:misspell // it is French
var frenchOfPapers = map[string]string{
	"The tip %s was not paid, so that there is no receipt of it.": "Le pourboire %s n’a pas été payé, il n’y a donc pas de reçu.",
	"There is no statement of %s.":                                "Il n’y a pas de relevé de %s.",
	"There is nothing of the year %d.":                            "Il n’y a rien de l’année %d.",
	"There is nothing of the year %s.":                            "Il n’y a rien de l’année %s.",
}
