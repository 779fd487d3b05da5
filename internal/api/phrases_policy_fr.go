package api

// frenchOfPolicies has the sentences of the rules of money that operators schedule.
//
//nolint:misspell // it is French
var frenchOfPolicies = map[string]string{
	// What was typed.
	"%q is no whole number.":                                 "%q n’est pas un nombre entier.",
	"%q is no percentage. Write it in figures, such as 2.9.": "%q n’est pas un pourcentage. Écrivez-le en chiffres, comme 2.9.",
	// Payouts.
	"The day of the notice is from %d to %d, as every month has it.":                                                                             "Le jour de l’annonce va de %d à %d, car chaque mois l’a.",
	"The day of the payout comes after that of the notice, and is at most %d, as every month has it.":                                            "Le jour du versement vient après celui de l’annonce, et est au plus %d, car chaque mois l’a.",
	"By these rules one operator decides alone what two decide now. So that the others see it, they hold a day from now at the earliest, at %s.": "Avec ces règles, un exploitant décide seul de ce que deux décident aujourd’hui. Pour que les autres le voient, elles s’appliquent au plus tôt dans un jour, à %s.",
	"The amount above which two operators let a held payout go is from 0 to %d of the smallest units.":                                           "Le montant au-delà duquel deux exploitants libèrent un versement retenu est de 0 à %d des plus petites unités.",
	"The least of a month is from 0 to %d of the smallest units.":                                                                                "Le minimum d’un mois est de 0 à %d des plus petites unités.",
	"The least of a month is from the minimum of a payout to %d of the smallest units.":                                                          "Le minimum d’un mois va du minimum d’un versement à %d des plus petites unités.",
	"A source is there once, and is one that creators earn from; %q is not.":                                                                     "Une source y est une fois, et les créateurs en tirent des gains ; %q n’en est pas une.",
	"There are limits of at most %d currencies.":                                                                                                 "Il y a des limites pour au plus %d devises.",
	"The limits of %s are those of the rate card.":                                                                                               "Les limites de %s sont celles du barème.",
	"There are two limits of %s.": "Il y a deux limites pour %s.",
	"The limits of %s stay: what creators have in it could not be paid out any more.":                   "Les limites de %s restent : ce que les créateurs ont dans cette devise ne pourrait plus être versé.",
	"The limits name %s too: tips are given in it, now or by rules to come, and could not be paid out.": "Les limites nomment aussi %s : des pourboires se donnent dans cette devise, maintenant ou par des règles à venir, et ne pourraient pas être versés.",
	// Refunds.
	"There are from 1 to %d regions, and one of them is *, which is everywhere else.": "Il y a de 1 à %d régions, et l’une d’elles est *, qui est partout ailleurs.",
	"A region has two large letters, such as FR; * is everywhere else.":               "Une région a deux lettres majuscules, comme FR ; * est partout ailleurs.",
	"A region is there once.": "Une région y est une fois.",
	"Coins that were not spent are given back for 0 to %d days; 0 is never.": "Les pièces non dépensées sont rendues pendant 0 à %d jours ; 0 est jamais.",
	"One operator refunds from 0 to %d of the smallest units alone.":         "Un exploitant rembourse seul de 0 à %d des plus petites unités.",
	// Packs.
	"The velocity that holds then does not name %s, so that no coins could be paid in it. Add it there first.": "Les règles de vitesse qui valent alors ne nomment pas %s : aucune pièce ne pourrait y être payée. Ajoutez-y d’abord cette devise.",
	// Velocity.
	"The time is from 1 to %d hours.":                                                      "La durée est de 1 à %d heures.",
	"An account is new for 0 to %d days; 0 has no limit of new accounts.":                  "Un compte est nouveau pendant 0 à %d jours ; 0 est sans limite des nouveaux comptes.",
	"There are from 1 to %d currencies.":                                                   "Il y a de 1 à %d devises.",
	"A currency is there once; there are two of %s.":                                       "Une devise y est une fois ; il y a deux fois %s.",
	"The most is from 1 to %d of the smallest units.":                                      "Le maximum est de 1 à %d des plus petites unités.",
	"The most of new accounts is from 1 to the most of everybody.":                         "Le maximum des nouveaux comptes va de 1 au maximum de tous.",
	"Coins or tips are paid in %s. A velocity without it would let nothing be paid in it.": "Des pièces ou des pourboires se paient en %s. Sans cette devise, rien ne pourrait y être payé.",
	// Tips.
	"A fan gives from 1 to %d tips in a day.": "Un fan donne de 1 à %d pourboires par jour.",
	"The velocity that holds then does not name %s, so that no tip in it could be paid. Add it there first.":                                             "Les règles de vitesse qui valent alors ne nomment pas %s : aucun pourboire ne pourrait y être payé. Ajoutez-y d’abord cette devise.",
	"The rules of payouts that hold then, or a later version of them, have no limits of %s, so that no tip in it could be paid out. Add it there first.": "Les règles des versements qui valent alors, ou une version suivante, n’ont pas de limites pour %s : aucun pourboire dans cette devise ne pourrait être versé. Ajoutez-l’y d’abord.",
	"The least tip is from %d to %d of the smallest units, in steps of %d.":                                                                              "Le pourboire minimum est de %d à %d des plus petites unités, par pas de %d.",
	"The most of a tip is from the least to %d of the smallest units, in steps of %d.":                                                                   "Le maximum d’un pourboire va du minimum à %d des plus petites unités, par pas de %d.",
	"The most of a day is from the most of one tip to %d of the smallest units.":                                                                         "Le maximum d’un jour va du maximum d’un pourboire à %d des plus petites unités.",
	"The fee is from 0 to %d millionths of a charge.":                                                                                                    "Les frais sont de 0 à %d millionièmes d’un débit.",
	"The fixed fee is from 0 to %d of the smallest units.":                                                                                               "Les frais fixes sont de 0 à %d des plus petites unités.",
	"From 1 to %d amounts are offered, the smallest first, each one that can be tipped.":                                                                 "De 1 à %d montants sont proposés, le plus petit d’abord, chacun pouvant être donné.",
	"The fee would leave nothing of the least tip.":                                                                                                      "Les frais ne laisseraient rien du pourboire minimum.",
}
