package api

// frenchOfReports has the sentences about figures and about the rules that
// operators schedule.
//
//nolint:misspell // it is French
var frenchOfReports = map[string]string{
	"There is no LIVE or video %s.":                                              "Il n’y a pas de LIVE ni de vidéo %s.",
	"There is no window %q. Choose today, 7d or 28d.":                            "Il n’y a pas de fenêtre %q. Choisissez today, 7d ou 28d.",
	"Rows are grouped by day, target, fan or none.":                              "Les lignes se groupent par day, target, fan ou none.",
	"The sources are gift and video_gift.":                                       "Les sources sont gift et video_gift.",
	"The fan is the id of a person (usr_…).":                                     "Le fan est l’identifiant d’une personne (usr_…).",
	"The last day is before the first.":                                          "Le dernier jour est avant le premier.",
	"This is no place in this list. Begin without it.":                           "Ce n’est pas un endroit de cette liste. Commencez sans lui.",
	"The purchase %s was not paid, so that there is no receipt of it.":           "L’achat %s n’a pas été payé, il n’y a donc pas de reçu.",
	"This is no instant of RFC 3339, such as 2026-11-01T12:30:00Z.":              "Ce n’est pas un instant de la RFC 3339, comme 2026-11-01T12:30:00Z.",
	"The books have the transfers 1 to %d; there is no balance after number %d.": "Les livres ont les transferts 1 à %d ; il n’y a pas de solde après le numéro %d.",
	"Name an instant or the number of a transfer, not both.":                     "Nommez un instant ou le numéro d’un transfert, pas les deux.",
	"A branch of the accounts ends in a slash, such as creator/.":                "Une branche des comptes finit par une barre oblique, comme creator/.",
	"There is no account %s in %s.":                                              "Il n’y a pas de compte %s en %s.",
	"Due work is planned or dead.":                                               "Le travail à faire est planned ou dead.",
	"This is no place in the list of due work. Begin without it.":                "Ce n’est pas un endroit de la liste du travail à faire. Commencez sans lui.",
}
