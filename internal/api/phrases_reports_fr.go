package api

// frenchOfReports has the sentences about figures and about the rules that
// operators schedule.
//
//nolint:misspell // it is French
var frenchOfReports = map[string]string{
	"There is no LIVE or video %s.":                                    "Il n’y a pas de LIVE ni de vidéo %s.",
	"There is no window %q. Choose today, 7d or 28d.":                  "Il n’y a pas de fenêtre %q. Choisissez today, 7d ou 28d.",
	"Rows are grouped by day, target, fan or none.":                    "Les lignes se groupent par day, target, fan ou none.",
	"The sources are gift and video_gift.":                             "Les sources sont gift et video_gift.",
	"The fan is the id of a person (usr_…).":                           "Le fan est l’identifiant d’une personne (usr_…).",
	"The last day is before the first.":                                "Le dernier jour est avant le premier.",
	"This is no place in this list. Begin without it.":                 "Ce n’est pas un endroit de cette liste. Commencez sans lui.",
	"The purchase %s was not paid, so that there is no receipt of it.": "L’achat %s n’a pas été payé, il n’y a donc pas de reçu.",
}
