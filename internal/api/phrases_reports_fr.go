package api

// frenchOfReports has the sentences about figures and about the rules that
// operators schedule.
//
//nolint:misspell // it is French
var frenchOfReports = map[string]string{
	"There is no LIVE or video %s.":                                                             "Il n’y a pas de LIVE ni de vidéo %s.",
	"There is no window %q. Choose today, 7d or 28d.":                                           "Il n’y a pas de fenêtre %q. Choisissez today, 7d ou 28d.",
	"Rows are grouped by day, target, fan or none.":                                             "Les lignes se groupent par day, target, fan ou none.",
	"The sources are gift, video_gift and tip.":                                                 "Les sources sont gift, video_gift et tip.",
	"The fan is the id of a person (usr_…).":                                                    "Le fan est l’identifiant d’une personne (usr_…).",
	"The last day is before the first.":                                                         "Le dernier jour est avant le premier.",
	"This is no place in this list. Begin without it.":                                          "Ce n’est pas un endroit de cette liste. Commencez sans lui.",
	"The purchase %s was not paid, so that there is no receipt of it.":                          "L’achat %s n’a pas été payé, il n’y a donc pas de reçu.",
	"The books have the transfers 1 to %d; there is no balance after number %d.":                "Les livres ont les transferts 1 à %d ; il n’y a pas de solde après le numéro %d.",
	"Name an instant or the number of a transfer, not both.":                                    "Nommez un instant ou le numéro d’un transfert, pas les deux.",
	"A branch of the accounts ends in a slash, such as creator/.":                               "Une branche des comptes finit par une barre oblique, comme creator/.",
	"There is no account %s in %s.":                                                             "Il n’y a pas de compte %s en %s.",
	"Due work is planned or dead.":                                                              "Le travail à faire est planned ou dead.",
	"This is no place in the list of due work. Begin without it.":                               "Ce n’est pas un endroit de la liste du travail à faire. Commencez sans lui.",
	"A rate is a fraction of two numbers from 1 to %d.":                                         "Un taux est une fraction de deux nombres de 1 à %d.",
	"The currency stays %s: what creators have available in it could not be paid out any more.": "La devise reste %s : ce que les créateurs y ont de disponible ne pourrait plus être versé.",
	"A currency has three large letters, such as %s.":                                           "Une devise a trois lettres majuscules, comme %s.",
	"The hold is from 0 to %d days.":                                                            "La retenue est de 0 à %d jours.",
	"The daily cap is from 1 to %d of the smallest units.":                                      "Le plafond quotidien est de 1 à %d des plus petites unités.",
	"The minimum of a payout is from 0 to the daily cap; nothing could be paid out otherwise.":  "Le minimum d’un versement va de 0 au plafond quotidien ; sinon rien ne pourrait être versé.",
	"It holds from an instant to come; now is %s.":                                              "Elle vaut à partir d’un instant à venir ; il est %s.",
	"The version %s holds from %s on, and a later version begins later. Choose a later instant, or withdraw that version first.": "La version %s vaut à partir de %s, et une version suivante commence plus tard. Choisissez un instant plus tardif, ou retirez d’abord cette version.",
	"The version %s holds since %s and is what was posted by; it stays. Schedule another one.":                                   "La version %s vaut depuis %s et des écritures s’en réclament ; elle reste. Programmez-en une autre.",
	"There is no version %s.":       "Il n’y a pas de version %s.",
	"There are no rules called %s.": "Il n’y a pas de règles nommées %s.",
	"The rules of %s come with a preset and are not withdrawn here. Change the preset's file and its version.": "Les règles de %s viennent d’un préréglage et ne se retirent pas ici. Changez le fichier du préréglage et sa version.",
	"A price list has from 1 to %d packs.":              "Un tarif a de 1 à %d lots de pièces.",
	"A pack has from 1 to %d coins.":                    "Un lot a de 1 à %d pièces.",
	"A pack costs from %d to %d of the smallest units.": "Un lot coûte de %d à %d des plus petites unités.",
	"There are two packs of %d coins in %s.":            "Il y a deux lots de %d pièces en %s.",
	"A catalogue has from 1 to %d gifts.":               "Un catalogue a de 1 à %d cadeaux.",
	"The id of a gift is there once, and is made of small letters, digits and underscores, such as rose.": "L’identifiant d’un cadeau n’y est qu’une fois, et se compose de minuscules, de chiffres et de tirets bas, comme rose.",
	"A gift costs from 1 to %d coins.":                       "Un cadeau coûte de 1 à %d pièces.",
	"A gift can be given on a LIVE, on a video, or on both.": "Un cadeau s’offre en LIVE, sur une vidéo, ou sur les deux.",
	"Whether a gift can be tapped as a combo stays as it is, because a combo may be under way. Give the other gift an id of its own.": "Qu’un cadeau puisse se répéter en combo ne change pas, car un combo peut être en cours. Donnez à l’autre cadeau un identifiant à lui.",

	// The pages of the creator hub.
	"This is no place in this list. Begin at its first page.":                                                   "Ce n’est pas un endroit de cette liste. Commencez à sa première page.",
	"This is no place in the list of payouts. Begin at its first page.":                                         "Ce n’est pas un endroit de la liste des versements. Commencez à sa première page.",
	"%q is no date. Write it as 2026-03-12.":                                                                    "%q n’est pas une date. Écrivez-la comme 2026-03-12.",
	"What this form asked for was done the first time; nothing was done now. Send it from here to do it again.": "Ce que ce formulaire demandait a été fait la première fois ; rien n’a été fait cette fois-ci. Envoyez-le d’ici pour le refaire.",
	"This is being done already, by another page of yours. Look again in a second.":                             "C’est déjà en cours, depuis une autre de vos pages. Regardez à nouveau dans une seconde.",
	"You are LIVE already. End that LIVE first, or go on with it.":                                              "Vous êtes déjà en LIVE. Terminez d’abord ce LIVE, ou continuez-le.",
	"No payout is %q.":                           "Aucun versement n’est « %q ».",
	"There is no window %q. Choose week or all.": "Il n’y a pas de fenêtre %q. Choisissez week ou all.",
}
