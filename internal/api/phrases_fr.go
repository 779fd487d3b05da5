package api

import "maps"

// french has the French of each sentence that a client may see: those of this
// package, and those of the products.
var french = func() map[string]string {
	all := maps.Clone(frenchOfEdge)
	maps.Copy(all, frenchOfProducts)
	maps.Copy(all, frenchOfRules)
	maps.Copy(all, frenchOfRooms)
	maps.Copy(all, frenchOfPages)
	maps.Copy(all, frenchOfWebhooks)
	maps.Copy(all, frenchOfReports)
	maps.Copy(all, frenchOfLimits)
	maps.Copy(all, frenchOfTips)
	maps.Copy(all, frenchOfPapers)
	maps.Copy(all, frenchOfBooks)
	maps.Copy(all, frenchOfPayouts)
	maps.Copy(all, frenchOfReversals)
	maps.Copy(all, frenchOfSandbox)
	maps.Copy(all, frenchOfPolicies)
	return all
}()

// frenchOfEdge has the sentences of this package.
//
//nolint:misspell // it is French
var frenchOfEdge = map[string]string{
	// Who and how often.
	"This needs an API key or a session. Send Authorization: Bearer with a key, or sign in.":                           "Il faut une clé d’API ou une session. Envoyez Authorization: Bearer avec une clé, ou connectez-vous.",
	"The Authorization header is not of the form: Bearer, a space, the key.":                                           "L’en-tête Authorization n’a pas la forme : Bearer, une espace, la clé.",
	"Only a host's key may act for a person. Leave the header %s out.":                                                 "Seule une clé de l’hôte peut agir pour une personne. Omettez l’en-tête %s.",
	"This is the same for everybody and is not done for a person. Leave the header out.":                               "C’est le même pour tout le monde et ne se fait pas pour une personne. Omettez l’en-tête.",
	"Name one person, as usr_… or as external: and your own id of the person.":                                         "Nommez une personne, par usr_… ou par external: et votre propre identifiant.",
	"Name the person for whom this is, as usr_… or as external: and your own id of the person.":                        "Nommez la personne pour qui c’est, par usr_… ou par external: et votre propre identifiant.",
	"The header %s names a person as usr_… or as external: and your own id of the person.":                             "L’en-tête %s nomme une personne par usr_… ou par external: et votre propre identifiant.",
	"This is for the host's keys; a person can not do it.":                                                             "C’est réservé aux clés de l’hôte ; une personne ne peut pas le faire.",
	"The browser says that another site has caused this request. Nothing was changed; do it from a page of this site.": "Le navigateur dit qu’un autre site a causé cette requête. Rien n’a changé ; faites-le depuis une page de ce site.",
	"More requests came than are accepted. Try again in %d seconds.":                                                   "Il est venu plus de requêtes qu’il n’en est accepté. Réessayez dans %d secondes.",

	"Too many streams are open from this address. Close one, then try again.": "Trop de flux sont ouverts depuis cette adresse. Fermez-en un, puis réessayez.",

	// Where and in which form.
	"There is nothing at this address. The list of operations is at /docs/api.":                                             "Il n’y a rien à cette adresse. La liste des opérations est à /docs/api.",
	"There is nothing under this id. Ids of this kind begin with %s_.":                                                      "Il n’y a rien sous cet identifiant. Ceux de cette sorte commencent par %s_.",
	"There is no problem with this code. All of them are at /problems.":                                                     "Il n’y a pas de problème de ce code. Tous sont à /problems.",
	"This address can be asked with %s.":                                                                                    "Cette adresse répond à %s.",
	"Send the path alone in the request line, and the host in the header Host.":                                             "Envoyez le chemin seul dans la ligne de requête, et l’hôte dans l’en-tête Host.",
	"The header Accept excludes every type of answer that there is here. Accept application/json, or leave the header out.": "L’en-tête Accept exclut tous les types de réponse d’ici. Acceptez application/json, ou omettez l’en-tête.",
	"This server speaks the API versions %s.":                                                                               "Ce serveur parle les versions %s de l’API.",
	"Send JSON with the header Content-Type: application/json.":                                                             "Envoyez du JSON avec l’en-tête Content-Type: application/json.",
	"Send the body as it is, without Content-Encoding.":                                                                     "Envoyez le corps tel quel, sans Content-Encoding.",
	"The body is empty; send a JSON object.":                                                                                "Le corps est vide ; envoyez un objet JSON.",
	"The body is larger than the %d bytes that are accepted here.":                                                          "Le corps dépasse les %d octets acceptés ici.",
	"An event has at most %d bytes.":                                                                                        "Un événement a au plus %d octets.",
	"News come by POST.":                                                                                                    "Les nouvelles arrivent par POST.",
	"The query of the address can not be read.":                                                                             "Les paramètres de l’adresse sont illisibles.",
	"There is a key in the address, where logs and histories keep it. Send it in the header Authorization, and replace this key by a new one.": "Il y a une clé dans l’adresse, où journaux et historiques la gardent. Envoyez-la dans l’en-tête Authorization, et remplacez cette clé par une nouvelle.",
	"This cursor was not made for this list with these filters. Begin again without a cursor.":                                                 "Ce curseur n’a pas été fait pour cette liste avec ces filtres. Recommencez sans curseur.",
	"This is not a cursor of this list.":                        "Ce n’est pas un curseur de cette liste.",
	"Last-Event-ID is the id of the last event of this stream.": "Last-Event-ID est l’identifiant du dernier événement de ce flux.",

	// Once.
	"This moves money, so it needs the header Idempotency-Key: a new random value, and the same one when you repeat the request.": "Ceci déplace de l’argent : il faut l’en-tête Idempotency-Key, une nouvelle valeur aléatoire, et la même quand vous répétez la requête.",
	"An Idempotency-Key has 1 to 255 characters of visible ASCII, and is given once.":                                             "Une Idempotency-Key a de 1 à 255 caractères ASCII visibles, et n’est donnée qu’une fois.",
	"The first request with this Idempotency-Key is still running. Send this one again in a second to get its answer.":            "La première requête avec cette Idempotency-Key est encore en cours. Renvoyez celle-ci dans une seconde pour avoir sa réponse.",

	// The body.
	"The body is not valid JSON at byte %d.":                          "Le corps n’est pas du JSON valide à l’octet %d.",
	"The body is not valid UTF-8 at byte %d.":                         "Le corps n’est pas de l’UTF-8 valide à l’octet %d.",
	"The body is nested too deeply at byte %d.":                       "Le corps est imbriqué trop profondément à l’octet %d.",
	"The body begins with a byte order mark; leave it out.":           "Le corps commence par une marque d’ordre des octets ; omettez-la.",
	"There is something after the end of the JSON value, at byte %d.": "Il y a quelque chose après la fin de la valeur JSON, à l’octet %d.",
	"A name appears twice in one object, before byte %d.":             "Un nom apparaît deux fois dans un objet, avant l’octet %d.",
	"A name contains the character U+0000, before byte %d.":           "Un nom contient le caractère U+0000, avant l’octet %d.",
	"An object has too many names, before byte %d.":                   "Un objet a trop de noms, avant l’octet %d.",
	"This does not have the documented form.":                         "Ceci n’a pas la forme documentée.",
	"The body can not be read as a gift.":                             "Le corps ne se lit pas comme un cadeau.",
	"The body can not be read as a list of gifts.":                    "Le corps ne se lit pas comme une liste de cadeaux.",
	"A batch has 1 to %d gifts; this one has %d.":                     "Un lot a de 1 à %d cadeaux ; celui-ci en a %d.",

	// People.
	"There is a person with this external id already, and %d fields differ. Nothing was changed; change them with PATCH /v1/people/%s.": "Il y a déjà une personne avec cet identifiant externe, et %d champs diffèrent. Rien n’a changé ; modifiez-les par PATCH /v1/people/%s.",
	"The person has another value here.": "La personne a une autre valeur ici.",
	"What decides about age and region is changed by the operator of this site. You can add what is missing; nothing was changed.": "Ce qui décide de l’âge et de la région est modifié par l’exploitant de ce site. Vous pouvez ajouter ce qui manque ; rien n’a changé.",
	"This is known, and is changed by the operator.": "Ceci est connu, et se modifie par l’exploitant.",

	// Fields and parameters.
	noCardData:                          "Ceci ressemble à un numéro de carte. Il n’a pas été gardé. Les cartes se saisissent seulement sur la page du prestataire de paiement, et se nomment ici par leur identifiant pm_.",
	"This field is missing.":            "Ce champ manque.",
	"This field is not known here.":     "Ce champ est inconnu ici.",
	"This parameter is missing.":        "Ce paramètre manque.",
	"This parameter is not known here.": "Ce paramètre est inconnu ici.",
	"This parameter may be given once.": "Ce paramètre ne se donne qu’une fois.",
	"This parameter may be given once; separate its values by commas.": "Ce paramètre ne se donne qu’une fois ; séparez ses valeurs par des virgules.",
	"This takes %d to %d values.":                                      "Il faut de %d à %d valeurs.",
	"This must not be null.":                                           "Ceci ne peut pas être null.",
	"This must be an object.":                                          "Il faut un objet.",
	"This must be a list.":                                             "Il faut une liste.",
	"This must be a text in quotes.":                                   "Il faut un texte entre guillemets.",
	"This must be a number.":                                           "Il faut un nombre.",
	"This must be true or false.":                                      "Il faut true ou false.",
	"Write a whole number in plain digits, without quotes, point or exponent.": "Écrivez un nombre entier en chiffres seuls, sans guillemets, point ni exposant.",
	"This must be between %v and %v.":                                          "Il faut une valeur entre %v et %v.",
	"This must be at least %v.":                                                "Il faut au moins %v.",
	"This must be at most %v.":                                                 "Il faut au plus %v.",
	"This must be a multiple of %d.":                                           "Il faut un multiple de %d.",
	"This must be one of: %s.":                                                 "Il faut l’une de ces valeurs : %s.",
	"This must match the pattern %s.":                                          "Il faut une valeur de la forme %s.",
	"This must be an id that begins with %s_.":                                 "Il faut un identifiant qui commence par %s_.",
	"This must be a time such as 2026-11-01T12:30:00Z (RFC 3339).":             "Il faut un instant comme 2026-11-01T12:30:00Z (RFC 3339).",
	"This must be a day such as 2026-11-01.":                                   "Il faut un jour comme 2026-11-01.",
	"This must be an absolute address (URI).":                                  "Il faut une adresse absolue (URI).",
	"This must be one e-mail address.":                                         "Il faut une seule adresse électronique.",
	"This must be base64.":                                                     "Il faut du base64.",
	"This has %d characters, and %d is the most.":                              "Il y a %d caractères, et le maximum est %d.",
	"This has %d characters, and %d is the least.":                             "Il y a %d caractères, et le minimum est %d.",
	"The name has more than %d characters.":                                    "Le nom a plus de %d caractères.",
	"There must be %d to %d entries here, and there are %d.":                   "Il faut ici de %d à %d entrées, et il y en a %d.",
	"This entry stands in the list twice.":                                     "Cette entrée est deux fois dans la liste.",
	"The text contains the character U+0000, which can not be kept.":           "Le texte contient le caractère U+0000, qui ne peut pas être conservé.",
	"This is not valid UTF-8 text without the character U+0000.":               "Ce n’est pas un texte UTF-8 valide sans le caractère U+0000.",
	"There is no such LIVE or video.":                                          "Il n’y a pas de tel LIVE ni de telle vidéo.",

	// Of ours.
	unexpected: "Une erreur s’est produite de notre côté, et elle a été notée. Renvoyez la requête avec la même clé ; si cela continue, donnez l’identifiant de la requête à l’exploitant.",
	"The server is shutting down. Nothing was changed; send the request again with the same key in a moment.":                     "Le serveur s’arrête. Rien n’a changé ; renvoyez la requête avec la même clé dans un instant.",
	"The server has too many requests at once. Nothing was changed; send the request again with the same key in a moment.":        "Le serveur a trop de requêtes à la fois. Rien n’a changé ; renvoyez la requête avec la même clé dans un instant.",
	"The answer was not ready in time. Send the request again with the same key to learn what became of it.":                      "La réponse n’était pas prête à temps. Renvoyez la requête avec la même clé pour savoir ce qu’elle est devenue.",
	"The connection was closed before the answer was ready. Send the request again with the same key to learn what became of it.": "La connexion a été fermée avant que la réponse soit prête. Renvoyez la requête avec la même clé pour savoir ce qu’elle est devenue.",
	"The body did not arrive in time. Nothing was changed; send it again with the same key.":                                      "Le corps n’est pas arrivé à temps. Rien n’a changé ; renvoyez-le avec la même clé.",
}
