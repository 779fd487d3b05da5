package api

// frenchOfBooks has the sentences of cases, and of how our books stand to the
// provider's.
//
//nolint:misspell // it is French
var frenchOfBooks = map[string]string{
	"The provider has opened the dispute, and its news is not here yet. Look at /op/disputes in a moment.": "Le prestataire a ouvert le litige, et sa nouvelle n’est pas encore là. Regardez /op/disputes dans un instant.",
	"There is no such state of refunds.": "Il n’y a pas d’état de remboursement de ce nom.",
	// Differences.
	"The provider moved %s %s (%s), and nothing of ours explains it.": "Le prestataire a mouvementé %s %s (%s), et rien chez nous ne l’explique.",

	"The books were not compared with the payment provider's yet. That happens every hour, and with a POST at once.":                                                                                         "Les livres n’ont pas encore été comparés à ceux du prestataire de paiement. Cela se fait toutes les heures, et aussitôt avec un POST.",
	"Wait: it is minutes old, and the other side may be on its way.":                                                                                                                                         "Attendez : cela date de quelques minutes, et l’autre côté est peut-être en route.",
	"It happened to a charge of ours, and its news have not had their effect yet. The hourly poll brings them, and each comparison looks it up; a refund that can not be taken has a case after three days.": "C’est arrivé à un de nos encaissements, et la nouvelle n’a pas encore eu son effet. L’interrogation horaire l’apporte, et chaque rapprochement le recherche ; un remboursement qui ne peut pas être repris a un dossier après trois jours.",
	"Our books lack it. If the database was restored from an older copy, it was lost with it: see docs/reconciliation.md for how to make it good.":                                                           "Il manque à nos livres. Si la base a été restaurée d’une copie plus ancienne, il s’est perdu avec elle : docs/reconciliation.md dit comment le réparer.",
	"The provider has no entry for it. Look its id up at the provider: it may not have told what became of it yet, or it was done under another account.":                                                    "Le prestataire n’a pas d’écriture à ce sujet. Cherchez l’identifiant chez lui : il n’a peut-être pas encore dit ce qu’il en est advenu, ou c’était sous un autre compte.",
	"The amounts agree and the fees do not. The provider's fee is the one that counts; if it does not come by itself, look at the charge.":                                                                   "Les montants concordent, mais pas les frais. Ceux du prestataire font foi ; s’ils n’arrivent pas d’eux-mêmes, regardez l’encaissement.",
	"Both books have it, with other amounts. Compare the provider's entries with the transfers of this id, one by one.":                                                                                      "Les deux livres l’ont, avec d’autres montants. Comparez une à une les écritures du prestataire et les transferts de cet identifiant.",

	"Say how many calls go wrong (next), or how many of a hundred (percent). Nothing was changed.": "Dites combien d’appels échouent (next), ou combien sur cent (percent). Rien n’a changé.",
	"Nothing is called %q that could happen at the provider.":                                      "Rien ne s’appelle %q de ce qui peut arriver chez le prestataire.",
	"The sandbox's provider has no such thing.":                                                    "Le prestataire du bac à sable n’a rien de tel.",
	"The sandbox's provider refuses: %s":                                                           "Le prestataire du bac à sable refuse : %s",

	"The news are late by at most %d seconds, sent up to %d times more, and up to 100 of a hundred of them are lost.": "Les nouvelles ont au plus %d secondes de retard, sont renvoyées au plus %d fois, et se perdent au plus à 100 sur cent.",
	"Choose which calls go wrong, how, and how many: up to %d of the next, or of a hundred.":                          "Choisissez quels appels échouent, comment, et combien : jusqu’à %d des prochains, ou sur cent.",

	// Cases.
	"There is no case %s.":               "Il n’y a pas de dossier %s.",
	"The case %s was closed before: %s.": "Le dossier %s a déjà été clos : %s.",
	"The case %s is a %s, and is closed by what is decided about %s. Nothing was changed.": "Le dossier %s est de type %s : il se clôt par ce qui est décidé de %s. Rien n’a changé.",
}
