package api

// frenchOfBooks has the sentences of cases, and of how our books stand to the
// provider's.
//
//nolint:misspell // it is French
var frenchOfBooks = map[string]string{
	// Differences.
	"The provider moved %s %s (%s), and nothing of ours explains it.": "Le prestataire a mouvementé %s %s (%s), et rien chez nous ne l’explique.",

	// Cases.
	"There is no case %s.":               "Il n’y a pas de dossier %s.",
	"The case %s was closed before: %s.": "Le dossier %s a déjà été clos : %s.",
	"The case %s is a %s, and is closed by what is decided about %s. Nothing was changed.": "Le dossier %s est de type %s : il se clôt par ce qui est décidé de %s. Rien n’a changé.",
}
