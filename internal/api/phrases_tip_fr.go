package api

// frenchOfTips has the sentences of tips.
//
//nolint:misspell // it is French
var frenchOfTips = map[string]string{
	"Nobody can tip themselves. Nothing was charged.": "Personne ne peut se donner un pourboire. Rien n’a été débité.",
	"Tips for this creator are closed until their payout account is ready, because a tip has to reach them. Nothing was charged.":  "Les pourboires à ce créateur sont fermés tant que son compte de versement n’est pas prêt, car un pourboire doit lui parvenir. Rien n’a été débité.",
	"This creator can not receive tips now. Nothing was charged.":                                                                  "Ce créateur ne peut pas recevoir de pourboires en ce moment. Rien n’a été débité.",
	"This creator has no LIVE or video %s.":                                                                                        "Ce créateur n’a ni LIVE ni vidéo %s.",
	"There are no tips on this site yet. Nothing was charged.":                                                                     "Il n’y a pas encore de pourboires sur ce site. Rien n’a été débité.",
	"Tips are given in %s. Nothing was charged.":                                                                                   "Les pourboires se donnent en %s. Rien n’a été débité.",
	"A tip is from %s to %s %s. Nothing was charged.":                                                                              "Un pourboire va de %s à %s %s. Rien n’a été débité.",
	"Cards are charged in steps of %s %s. Nothing was charged.":                                                                    "Les cartes se débitent par pas de %s %s. Rien n’a été débité.",
	"This tip costs %s %s now. Show the new price and ask again; nothing was charged.":                                             "Ce pourboire coûte maintenant %s %s. Affichez le nouveau prix et redemandez ; rien n’a été débité.",
	"This Idempotency-Key was used for another tip (%s). Use a new key; nothing was charged.":                                      "Cette Idempotency-Key a servi pour un autre pourboire (%s). Prenez une nouvelle clé ; rien n’a été débité.",
	"You have given %d tips today, which is the most there can be in a day. The next day begins at %s; nothing was charged.":       "Vous avez donné %d pourboires aujourd’hui, le plus qu’il y ait en un jour. Le jour suivant commence à %s ; rien n’a été débité.",
	"Tips are at most %s %s a day. You have %s %s left today, and this one is %s. The next day begins at %s; nothing was charged.": "Les pourboires vont jusqu’à %s %s par jour. Il vous reste %s %s aujourd’hui, et celui-ci est de %s. Le jour suivant commence à %s ; rien n’a été débité.",
	"This LIVE is not live now. Nothing was charged.":                                                                              "Ce LIVE n’est pas en direct. Rien n’a été débité.",
	"There is no tip %s.": "Il n’y a pas de pourboire %s.",
	"The provider took another fee of this tip than the rule says. The creator got the tip all the same; the difference stands in suspense/tip.": "Le prestataire a pris d’autres frais sur ce pourboire que ne le dit la règle. Le créateur a reçu le pourboire quand même ; la différence est dans suspense/tip.",
}
