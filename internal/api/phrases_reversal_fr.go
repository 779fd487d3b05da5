package api

// frenchOfReversals has the sentences of refunds and disputes.
//
//nolint:misspell // it is French
var frenchOfReversals = map[string]string{
	"Meanwhile something else was given back of %s, or its bank disputes it. Decline this refund and propose another.": "Entre-temps, autre chose a été rendu de %s, ou sa banque le conteste. Refusez ce remboursement et proposez-en un autre.",
	"The refund %s is %s; nothing about it waits for somebody to agree.":                                               "Le remboursement %s est %s ; rien n’y attend un accord.",
	"Whoever proposes a refund of %s %s can not agree to it as well. Another operator has to.":                         "Qui propose un remboursement de %s %s ne peut pas l’approuver aussi. Un autre exploitant doit le faire.",
	"The refund %s is %s; nothing of it is owed.":                                                                      "Le remboursement %s est %s ; rien n’en est dû.",
	"The bank of the card disputes the payment for %s after all.":                                                      "La banque de la carte conteste finalement le paiement de %s.",
	"The dispute %s was lost, and then %s %s came back. What was bought is gone: decide who gets the money.":           "Le litige %s était perdu, puis %s %s sont revenus. Ce qui avait été acheté n’existe plus : décidez à qui revient l’argent.",
	"The bank of the card disputes the payment for %s.":                                                                "La banque de la carte conteste le paiement de %s.",
	"All that this person has paid is given back, because of their age: %d payments.":                                  "Tout ce que cette personne a payé est rendu, à cause de son âge : %d paiements.",
	"The provider moved %s %s for %s, and %s were expected.":                                                           "Le prestataire a bougé %s %s pour %s, et %s étaient attendus.",
	"The bank sent the refund back: %s. The money is owed to the person and has to be paid in another way.":            "La banque a renvoyé le remboursement : %s. L’argent est dû à la personne et doit être payé autrement.",
	"There is no dispute %s.":             "Il n’y a pas de litige %s.",
	"The dispute %s has ended: it is %s.": "Le litige %s est fini : il est %s.",
	"The payment provider has not told yet what came of the payment for %s. Try again in a few minutes; nothing was refunded.": "Le prestataire n’a pas encore dit ce qu’il est advenu du paiement de %s. Réessayez dans quelques minutes ; rien n’a été remboursé.",
	"This person has paid nothing that was not given back before.":                                                             "Cette personne n’a rien payé qui n’ait déjà été rendu.",
	"The refund %s of all that this person has paid waits for another operator to agree. Nothing was changed.":                 "Le remboursement %s de tout ce que cette personne a payé attend l’accord d’un autre exploitant. Rien n’a changé.",
	"A refund is of 1 or more, or left out for all that can be given back.":                                                    "Un remboursement est d’au moins 1, ou omis pour tout ce qui peut être rendu.",
	"The payment provider has not told yet what came of the payment. Try again in a few minutes; nothing was refunded.":        "Le prestataire n’a pas encore dit ce qu’il est advenu du paiement. Réessayez dans quelques minutes ; rien n’a été remboursé.",
	"The reason is one of %v.": "La raison est l’une de %v.",
	"This Idempotency-Key was used for another refund (%s). Use a new key; nothing was refunded.":                               "Cette Idempotency-Key a servi à un autre remboursement (%s). Prenez une nouvelle clé ; rien n’a été remboursé.",
	"Tips are given back by the operator. Write to the operator, and say why; nothing was refunded.":                            "Les pourboires sont rendus par l’exploitant. Écrivez-lui en disant pourquoi ; rien n’a été remboursé.",
	"In your region coins are not given back on request. If something went wrong, write to the operator; nothing was refunded.": "Dans votre région, les pièces ne sont pas rendues sur demande. Si quelque chose a mal tourné, écrivez à l’exploitant ; rien n’a été remboursé.",
	"Coins that were not spent are given back for %d days, which ended on %s. Nothing was refunded.":                            "Les pièces non dépensées sont rendues pendant %d jours, qui ont pris fin le %s. Rien n’a été remboursé.",
	"The payment for %s is %s: there is nothing to give back.":                                                                  "Le paiement de %s est %s : il n’y a rien à rendre.",
	"The bank of the card disputes this payment, and has the money. It can not be refunded besides.":                            "La banque de la carte conteste ce paiement et a l’argent. Il ne peut pas être remboursé en plus.",
	"All that was paid for %s was given back before.":                                                                           "Tout ce qui a été payé pour %s a déjà été rendu.",
	"None of these coins are left: all %d were spent or given back.":                                                            "Il ne reste aucune de ces pièces : les %d ont été dépensées ou rendues.",
	"At most %s %s can be given back of %s. Nothing was refunded.":                                                              "Au plus %s %s peuvent être rendus de %s. Rien n’a été remboursé.",
	"The lot %s holds %d coins, and %d were to be taken out of it.":                                                             "Le lot %s contient %d pièces, et il fallait en retirer %d.",
}
