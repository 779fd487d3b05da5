package api

// frenchOfWebhooks has the sentences about webhook endpoints.
//
//nolint:misspell // it is French
var frenchOfWebhooks = map[string]string{
	"The URL has 1 to %d characters.": "L’URL a de 1 à %d caractères.",
	"The URL is written in visible ASCII: other characters of a name as xn--, those of a path in percent form.": "L’URL s’écrit en ASCII visible : les autres caractères d’un nom en xn--, ceux d’un chemin sous forme de pour-cent.",
	"The URL is not of the form https://host/path.":                                                             "L’URL n’est pas de la forme https://hôte/chemin.",
	"The URL has to begin with https://.":                                                                       "L’URL doit commencer par https://.",
	"The URL has to begin with https:// or, in a sandbox, with http://.":                                        "L’URL doit commencer par https:// ou, dans un bac à sable, par http://.",
	"The URL may hold no name and no password. The signature says who sends.":                                   "L’URL ne peut contenir ni nom ni mot de passe. La signature dit qui envoie.",
	"The URL may hold no part after #, which is never sent.":                                                    "L’URL ne peut rien contenir après #, qui n’est jamais envoyé.",
	"The port %q of the URL is none on which HTTP is served.":                                                   "Le port %q de l’URL n’est pas un port pour HTTP.",
	"The URL leads to %s, which is no public address.":                                                          "L’URL mène à %s, qui n’est pas une adresse publique.",
	"The URL names %q, which is no host name.":                                                                  "L’URL nomme %q, qui n’est pas un nom d’hôte.",
	"The URL names %q, which is neither a name nor an address in its usual form, such as 192.0.2.7.":            "L’URL nomme %q, qui n’est ni un nom ni une adresse sous sa forme usuelle, comme 192.0.2.7.",
	"The URL names %s, which has no address at the moment.":                                                     "L’URL nomme %s, qui n’a pas d’adresse pour le moment.",
	"The URL names %s, which has an address that is not public.":                                                "L’URL nomme %s, qui a une adresse non publique.",

	"There is no such webhook endpoint.": "Ce point de réception n’existe pas.",
	"There is no such delivery of this webhook endpoint. Deliveries are removed after %d days.":                                                "Ce point de réception n’a pas cet envoi. Les envois sont retirés après %d jours.",
	"There are %d webhook endpoints, and there may be %d. Delete one first.":                                                                   "Il y a %d points de réception, et il peut y en avoir %d. Supprimez-en un d’abord.",
	"An endpoint chooses at most %d types of events; leave them out for all.":                                                                  "Un point de réception choisit au plus %d types d’événements ; omettez-les pour les avoir tous.",
	"%q is no type of an event, such as gift.sent.":                                                                                            "%q n’est pas un type d’événement, comme gift.sent.",
	"This Idempotency-Key was used for another webhook endpoint (%s). Use a new key; nothing was made.":                                        "Cette Idempotency-Key a servi pour un autre point de réception (%s). Prenez une nouvelle clé ; rien n’a été créé.",
	"The webhook endpoint that this Idempotency-Key has made (%s) was deleted.":                                                                "Le point de réception que cette Idempotency-Key a créé (%s) a été supprimé.",
	"The webhook endpoint is disabled. Enable it first.":                                                                                       "Le point de réception est désactivé. Activez-le d’abord.",
	"The webhook endpoint is disabled already.":                                                                                                "Le point de réception est déjà désactivé.",
	"The webhook endpoint is enabled already.":                                                                                                 "Le point de réception est déjà actif.",
	"The old secret signs for 0 to %d seconds more.":                                                                                           "L’ancien secret signe encore pendant 0 à %d secondes.",
	"The secret was changed already, and the one before signs until %s. Read the new one, or end all others at once with an overlap of 0.":     "Le secret a déjà été changé, et le précédent signe jusqu’à %s. Lisez le nouveau, ou mettez fin à tous les autres avec un recouvrement de 0.",
	"There is no delivery in this range. The endpoint's last one has the sequence %d.":                                                         "Il n’y a pas d’envoi dans cet intervalle. Le dernier du point de réception a la séquence %d.",
	"There are more than %d deliveries in this range, which is the most that is sent again at once. Choose a shorter range; nothing was sent.": "Il y a plus de %d envois dans cet intervalle, et on n’en renvoie pas davantage à la fois. Choisissez un intervalle plus court ; rien n’a été envoyé.",
	"Say what to send again: one delivery, or a range of sequences, or an instant since which.":                                                "Dites ce qu’il faut renvoyer : un envoi, ou un intervalle de séquences, ou un instant depuis lequel.",
	"The range goes from a sequence to a later one.":                                                                                           "L’intervalle va d’une séquence à une séquence suivante.",
	"The deliveries up to the sequence %d were removed, because they are older than %d days. Read the events again with GET /v1/events.":       "Les envois jusqu’à la séquence %d ont été retirés, car ils ont plus de %d jours. Relisez les événements par GET /v1/events.",

	// Why an endpoint was disabled, and why an attempt failed.
	"The database was restored from a backup. Enable the endpoint when this instance is the one that sends.":  "La base a été restaurée d’une sauvegarde. Activez le point de réception quand cette instance est celle qui envoie.",
	"The receiver answered 410, which says that it wants no more messages.":                                   "Le récepteur a répondu 410 : il ne veut plus de messages.",
	"Every attempt failed for as long as a delivery is tried. Enable the endpoint when the receiver is back.": "Toutes les tentatives ont échoué aussi longtemps qu’un envoi est tenté. Activez le point de réception quand le récepteur est revenu.",
	"The receiver did not answer within 15 seconds.":                                                          "Le récepteur n’a pas répondu en 15 secondes.",
	"The name in the URL has no address at the moment.":                                                       "Le nom dans l’URL n’a pas d’adresse pour le moment.",
	"The name in the URL leads to an address that is not public, so nothing was sent.":                        "Le nom dans l’URL mène à une adresse non publique : rien n’a été envoyé.",
	"Nobody listens at the receiver's address.":                                                               "Personne n’écoute à l’adresse du récepteur.",
	"The connection ended before there was an answer.":                                                        "La connexion s’est terminée avant toute réponse.",
	"No encrypted connection came about. Look at the receiver's certificate.":                                 "Aucune connexion chiffrée n’a pu s’établir. Regardez le certificat du récepteur.",
	"What the receiver answered is not HTTP.":                                                                 "Ce que le récepteur a répondu n’est pas du HTTP.",
	"The receiver could not be reached.":                                                                      "Le récepteur n’a pas pu être joint.",
	"The receiver answered with a redirect, which is not followed. Change the URL to where it leads.":         "Le récepteur a répondu par une redirection, qui n’est pas suivie. Changez l’URL pour celle où elle mène.",
	"The receiver answered 410, and the endpoint was disabled.":                                               "Le récepteur a répondu 410, et le point de réception a été désactivé.",
	"The receiver did not answer with a status from 200 to 299.":                                              "Le récepteur n’a pas répondu avec un statut de 200 à 299.",
}
