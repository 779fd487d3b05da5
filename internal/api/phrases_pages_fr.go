package api

// frenchOfPages has the sentences that pages and the sandbox's controls tell by
// themselves.
//
//nolint:misspell // it is French
var frenchOfPages = map[string]string{
	"%d days later the payout %s is still %s.":                                                              "%d jours plus tard, le versement %s est toujours %s.",
	"%q is no amount. Write it in figures, such as 12.50.":                                                  "%q n’est pas un montant. Écrivez-le en chiffres, comme 12.50.",
	"%q is no currency. Write its three letters, such as USD.":                                              "%q n’est pas une devise. Écrivez ses trois lettres, comme USD.",
	"%q is no instant. Write it as in 2026-03-01T12:30:00, in UTC.":                                         "%q n’est pas un instant. Écrivez-le comme 2026-03-01T12:30:00, en UTC.",
	"Choose how long the break lasts, and confirm it. Nothing was changed.":                                 "Choisissez la durée de la pause et confirmez-la. Rien n’a été changé.",
	"Choose the currency of your limits. Nothing was changed.":                                              "Choisissez la devise de vos limites. Rien n’a été changé.",
	"Choose which calls go wrong, how, and how many: from 1 to %d.":                                         "Choisissez quels appels échouent, comment, et combien : de 1 à %d.",
	"No coins are sold for %s in this sandbox.":                                                             "On ne vend pas de pièces en %s dans ce bac à sable.",
	"Nothing is called %q that could be made to happen.":                                                    "Rien ne s’appelle %q parmi ce qu’on peut faire arriver.",
	"Sign in to write. Nothing was sent.":                                                                   "Connectez-vous pour écrire. Rien n’a été envoyé.",
	"The catalogue has no gift that fits.":                                                                  "Le catalogue n’a pas de cadeau qui convienne.",
	"The creator has not earned enough for a payout.":                                                       "Le créateur n’a pas gagné assez pour un versement.",
	"The days are a whole number.":                                                                          "Les jours sont un nombre entier.",
	"The news are late by at most %d seconds.":                                                              "Les nouvelles ont au plus %d secondes de retard.",
	"The sandbox is still being made. Try again in a moment.":                                               "Le bac à sable est encore en préparation. Réessayez dans un instant.",
	"There is no such state of payouts.":                                                                    "Il n’y a pas de tel état de versement.",
	"This is no day. Write it as in 2026-03-01.":                                                            "Ce n’est pas un jour. Écrivez-le comme 2026-03-01.",
	"This is no place in the list of payouts. Begin at its first page.":                                     "Ce n’est pas un endroit de la liste des versements. Commencez à sa première page.",
	"Write an amount such as 20 or 19.50, or leave the field empty for no limit.":                           "Écrivez un montant comme 20 ou 19.50, ou laissez le champ vide pour aucune limite.",
	"From 1 to %d acts a minute, from 1 to %d fans, and large gifts and combos up to 100 percent together.": "De 1 à %d actes par minute, de 1 à %d fans, et grands cadeaux et combos jusqu’à 100 pour cent ensemble.",
	"Something else is being made to happen. Wait until it is over; nothing was done.":                      "Autre chose est en train d’arriver. Attendez la fin ; rien n’a été fait.",
}
