package api

// frenchOfLimits has the sentences of what people bound for themselves, and of
// what operators look up.
//
//nolint:misspell // it is French
var frenchOfLimits = map[string]string{
	// The audit log.
	"At most %d entries can be read at once, and at least one.": "On ne lit pas plus de %d entrées à la fois, et au moins une.",

	// What people bound for themselves.
	"Your own limit a %s is %s. You have spent %s of it, so %s are left, and this costs %s. The next %s begins on %s; nothing was charged.":                           "La limite que vous vous êtes fixée par %s est de %s. Vous en avez dépensé %s, il reste %s, et ceci coûte %s. La période suivante (%s) commence le %s ; rien n’a été débité.",
	"Your limits are in %s, so what is paid in %s could not be counted. Pay in %s, or change the currency of your limits, which takes 24 hours. Nothing was charged.": "Vos limites sont en %s : ce qui est payé en %s ne pourrait pas être compté. Payez en %s, ou changez la devise de vos limites, ce qui prend 24 heures. Rien n’a été débité.",
	"This costs %s, and you want to be asked again above %s. Confirm it and send it again; nothing was charged.":                                                      "Ceci coûte %s, et vous voulez être interrogé à nouveau au-dessus de %s. Confirmez et renvoyez ; rien n’a été débité.",
	"You chose a break until %s, and it can not be ended early. Nothing was charged.":                                                                                 "Vous avez choisi une pause jusqu’au %s, et elle ne peut pas être écourtée. Rien n’a été débité.",
	"Your break lasts until %s. It can be made longer, and not shorter; nothing was changed.":                                                                         "Votre pause dure jusqu’au %s. Elle peut être allongée, mais pas écourtée ; rien n’a changé.",
	"A break ends in the future, at most a year from now. Nothing was changed.":                                                                                       "Une pause finit dans l’avenir, dans un an au plus. Rien n’a changé.",
	"Say either for how long (lasts) or until when (until) the break is. Nothing was changed.":                                                                        "Dites soit combien de temps (lasts), soit jusqu’à quand (until) dure la pause. Rien n’a changé.",
	"Name the currency of your limits by its code of three capital letters (ISO 4217), such as USD.":                                                                  "Indiquez la devise de vos limites par son code de trois majuscules (ISO 4217), comme USD.",
	"Name the currency of the amount by its code of three capital letters (ISO 4217), such as USD.":                                                                   "Indiquez la devise du montant par son code de trois majuscules (ISO 4217), comme USD.",
	"A limit is from 1 to %d in the smallest unit of its currency, or left out for none.":                                                                             "Une limite va de 1 à %d dans la plus petite unité de sa devise, ou s’omet s’il n’y en a pas.",
	"The amount is from 0 to %d in the smallest unit of its currency.":                                                                                                "Le montant va de 0 à %d dans la plus petite unité de sa devise.",

	"Nothing says how much may be paid in %s in a day, so that nothing is. Pay in another currency; nothing was charged.":                                                                                                                         "Rien ne dit combien peut être payé en %s par jour : rien ne l’est donc. Payez dans une autre devise ; rien n’a été débité.",
	"At most %s are paid within %d hours. %s are left of it now, and this costs %s. Nothing was charged.":                                                                                                                                         "Au plus %s sont payés en %d heures. Il en reste %s maintenant, et ceci coûte %s. Rien n’a été débité.",
	"An account that is younger than %d days pays at most %s within %d hours. %s are left of it now, and this costs %s. Nothing was charged.":                                                                                                     "Un compte de moins de %d jours paie au plus %s en %d heures. Il en reste %s maintenant, et ceci coûte %s. Rien n’a été débité.",
	"At most %s are paid within %d hours with this account or this card, whoever pays with it. Together that leaves less than the %s that this costs. Nothing was charged; pay with another card, or try again later.":                            "Au plus %s sont payés en %d heures avec ce compte ou cette carte, qui que ce soit qui paie avec elle. À eux deux, il reste moins que les %s que ceci coûte. Rien n’a été débité ; payez avec une autre carte, ou réessayez plus tard.",
	"With an account that is younger than %d days or its card, whoever pays with it, at most %s are paid within %d hours. Together that leaves less than the %s that this costs. Nothing was charged; pay with another card, or try again later.": "Avec un compte de moins de %d jours ou sa carte, qui que ce soit qui paie avec elle, au plus %s sont payés en %d heures. À eux deux, il reste moins que les %s que ceci coûte. Rien n’a été débité ; payez avec une autre carte, ou réessayez plus tard.",

	// Looking people up.
	"People are looked for by operators and by the host's keys.": "La recherche de personnes est réservée aux exploitants et aux clés de l’hôte.",
	"The state is active or suspended.":                          "L’état est active ou suspended.",
}
