package api

// frenchOfSandbox has the sentences of who steers a sandbox.
//
//nolint:misspell // it is French
var frenchOfSandbox = map[string]string{
	"From 1 to %d acts a minute, from 1 to %d fans, and large gifts and combos up to 100 percent together.": "De 1 à %d actes par minute, de 1 à %d fans, et grands cadeaux et combos jusqu’à 100 pour cent ensemble.",
	"Something else is being made to happen. Wait until it is over; nothing was done.":                      "Autre chose est en train d’être provoqué. Attendez la fin ; rien n’a été fait.",
	"The news are late by at most %d seconds.":                                                              "Les nouvelles ont au plus %d secondes de retard.",
	"Choose which calls go wrong, how, and how many: from 1 to %d.":                                         "Choisissez quels appels échouent, comment, et combien : de 1 à %d.",
	"The sandbox is still being made. Try again in a moment.":                                               "Le bac à sable est encore en préparation. Réessayez dans un moment.",
	"Nothing is called %q that could be made to happen.":                                                    "Rien de ce qui peut être provoqué ne s’appelle %q.",
	"No coins are sold for %s in this sandbox.":                                                             "Aucune pièce n’est vendue en %s dans ce bac à sable.",
	"The catalogue has no gift that fits.":                                                                  "Le catalogue n’a pas de cadeau qui convienne.",
	"%d days later the payout %s is still %s.":                                                              "%d jours plus tard, le versement %s est encore %s.",
	"The creator has not earned enough for a payout.":                                                       "Le créateur n’a pas assez gagné pour un versement.",
}
