package api

// frenchOfPages has the sentences that pages tell by themselves.
//
//nolint:misspell // it is French
var frenchOfPages = map[string]string{
	"The address holds bytes that are no text. Go back to the page, and follow its links.": "L’adresse contient des octets qui ne sont pas du texte. Revenez à la page et suivez ses liens.",
	"The form holds bytes that are no text. Nothing was changed; type it again.":           "Le formulaire contient des octets qui ne sont pas du texte. Rien n’a changé ; tapez-le de nouveau.",
	"%q is no amount. Write it in figures, such as 12.50.":                                 "%q n’est pas un montant. Écrivez-le en chiffres, comme 12.50.",
	"%q is no currency. Write its three letters, such as USD.":                             "%q n’est pas une devise. Écrivez ses trois lettres, comme USD.",
	"%q is no instant. Write it as in 2026-03-01T12:30:00, in UTC.":                        "%q n’est pas un instant. Écrivez-le comme 2026-03-01T12:30:00, en UTC.",
	"Choose how long the break lasts, and confirm it. Nothing was changed.":                "Choisissez la durée de la pause et confirmez-la. Rien n’a été changé.",
	"Choose the currency of your limits. Nothing was changed.":                             "Choisissez la devise de vos limites. Rien n’a été changé.",
	"Sign in to write. Nothing was sent.":                                                  "Connectez-vous pour écrire. Rien n’a été envoyé.",
	"The days are a whole number.":                                                         "Les jours sont un nombre entier.",
	"There is no such state of payouts.":                                                   "Il n’y a pas de tel état de versement.",
	"This is no day. Write it as in 2026-03-01.":                                           "Ce n’est pas un jour. Écrivez-le comme 2026-03-01.",
	"Write an amount such as 20 or 19.50, or leave the field empty for no limit.":          "Écrivez un montant comme 20 ou 19.50, ou laissez le champ vide pour aucune limite.",
}
