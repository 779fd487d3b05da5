package api

import "github.com/ovationhq/ovation/internal/fault"

// helpFrench says what helpEnglish says.
//
//nolint:misspell // it is French
var helpFrench = map[fault.Code]help{
	fault.MalformedJSON:              {"Le corps n’est pas du JSON valide", "Le corps de la requête n’est pas une valeur JSON unique dont chaque nom apparaît une seule fois.", "Vérifiez l’endroit indiqué. Envoyez une seule valeur JSON en UTF-8, sans rien après."},
	fault.InvalidUTF8:                {"Le texte n’est pas de l’UTF-8 valide", "La requête contient des octets, ou un échappement comme une moitié de paire, qui ne sont pas du texte Unicode.", "Encodez la requête en UTF-8."},
	fault.MissingParameter:           {"Il manque un paramètre", "L’opération a besoin d’un paramètre, dans l’adresse ou dans un en-tête, qui n’a pas été envoyé.", "Ajoutez le paramètre que citent les erreurs."},
	fault.InvalidParameter:           {"Un paramètre est incorrect", "Un paramètre de l’adresse ou d’un en-tête a une valeur que l’opération n’accepte pas, ou lui est inconnu.", "Corrigez le paramètre que citent les erreurs. Un secret n’a jamais sa place dans une adresse : envoyez-le dans l’en-tête Authorization."},
	fault.CursorInvalid:              {"Le curseur est inutilisable", "Le curseur ne vient pas de ce serveur, a été modifié, ou appartient à une liste filtrée autrement.", "Recommencez sans curseur, et renvoyez next_cursor tel quel, avec les mêmes filtres."},
	fault.IdempotencyKeyMissing:      {"Il manque l’Idempotency-Key", "L’opération déplace de l’argent : il doit être possible de l’envoyer deux fois sans payer deux fois.", "Envoyez l’en-tête Idempotency-Key avec une nouvelle valeur aléatoire, et la même valeur chaque fois que vous répétez cette requête."},
	fault.IdempotencyKeyInvalid:      {"L’Idempotency-Key est inutilisable", "La clé dépasse 255 caractères ou contient autre chose que de l’ASCII visible.", "Prenez une valeur aléatoire de 1 à 255 caractères ASCII visibles, par exemple un UUID."},
	fault.WebhookSignatureInvalid:    {"La signature du webhook est fausse", "Le message n’a pas été signé avec le secret que connaît ce serveur, ou a été modifié en chemin.", "Vérifiez que les deux côtés utilisent le même secret et que rien entre eux ne réécrit le corps."},
	fault.WebhookTimestampOutOfRange: {"Le webhook est trop ancien ou trop récent", "L’horodatage du message est trop éloigné de l’heure de ce serveur : ce pourrait être une répétition.", "Vérifiez les horloges des deux côtés, et renvoyez le message avec un horodatage frais."},
	fault.APIVersionUnknown:          {"La version de l’API est inconnue", "Ovation-Version nomme une version que ce serveur ne parle pas.", "Prenez l’une des versions que cite le problème, ou omettez l’en-tête."},

	fault.AuthRequired:   {"Veuillez dire qui vous êtes", "L’opération demande une clé d’API ou une session, et la requête n’en porte aucune.", "Connectez-vous, ou envoyez Authorization: Bearer avec une clé d’API."},
	fault.TokenInvalid:   {"La clé ou la session n’est pas valide", "L’en-tête Authorization ou la session n’appartient à personne ici.", "Vérifiez que tout le secret a été envoyé, qu’il est pour ce serveur et n’a pas été révoqué. Si c’était une session, reconnectez-vous."},
	fault.TokenExpired:   {"La session a expiré", "La session ou le jeton était valide, mais son temps est passé.", "Reconnectez-vous, ou faites faire un nouveau jeton."},
	fault.SessionRevoked: {"La session a été fermée", "Quelqu’un s’est déconnecté de cette session, ou de toutes.", "Reconnectez-vous. Si ce n’était pas vous, changez votre moyen de connexion."},
	fault.StepUpRequired: {"Veuillez confirmer que c’est vous", "L’opération est sensible, et la dernière preuve de votre identité est trop ancienne.", "Confirmez votre identité, puis renvoyez la requête."},

	fault.InsufficientBalance:   {"Le solde est insuffisant", "Il y a moins de pièces, ou moins d’argent, que l’opération n’en demande. Rien n’a été pris.", "Rechargez, ou choisissez moins cher. Le problème dit combien il manque."},
	fault.PaymentRequired:       {"Il faut d’abord payer", "Ce qui est demandé doit être payé avant de servir.", "Payez, puis renvoyez la requête."},
	fault.CardDeclined:          {"La carte a été refusée", "La banque a refusé le paiement. Rien n’a été débité.", "Essayez une autre carte, ou demandez à la banque. Le détail dit ce qu’elle nous a dit, s’il y a lieu."},
	fault.PaymentActionRequired: {"La banque demande une confirmation", "La banque veut que son client confirme le paiement, par exemple dans son application.", "Suivez la confirmation, puis renvoyez la requête avec la même clé."},
	fault.EntitlementRequired:   {"Ce contenu n’est pas débloqué", "Le contenu est réservé à ceux qui l’ont acheté ou qui sont abonnés.", "Achetez-le ou abonnez-vous, puis réessayez."},

	fault.Forbidden:        {"Ce n’est pas autorisé", "Nous savons qui vous êtes, et vous n’avez pas ce droit.", "Demandez à quelqu’un qui l’a, ou demandez ce droit."},
	fault.ScopeMissing:     {"La clé n’a pas ce droit", "La clé d’API n’a pas la portée que demande l’opération.", "Utilisez une clé qui a la portée citée. Une clé ne peut pas s’en donner davantage."},
	fault.RoleRequired:     {"Il faut un autre rôle", "L’opération est réservée à un rôle que vous n’avez pas.", "Demandez à quelqu’un qui a le rôle cité."},
	fault.CsrfFailed:       {"La requête vient d’un autre site", "Un navigateur a joint le cookie de session à une requête causée par un autre site. Rien n’a changé.", "Recommencez depuis une page de ce site. Les programmes utilisent une clé d’API plutôt qu’un cookie."},
	fault.OriginNotAllowed: {"L’origine n’est pas autorisée", "La requête vient d’une page dont le site n’est pas sur la liste.", "Faites ajouter le site aux origines autorisées, ou appelez depuis un serveur."},
	fault.AccountSuspended: {"Le compte est suspendu", "Le compte peut lire mais pas agir jusqu’à la fin de la suspension.", "Lisez le message qui accompagne la suspension ; il dit comment faire appel."},
	fault.KYCRequired:      {"Veuillez d’abord vérifier votre identité", "La loi veut savoir qui reçoit ou paie cet argent.", "Terminez la vérification, puis renvoyez la requête."},
	fault.AgeRestricted:    {"Il faut être plus âgé", "L’opération est réservée aux personnes au-dessus d’un certain âge.", "Si votre date de naissance est fausse, faites-la corriger."},
	fault.RegionBlocked:    {"Indisponible dans votre région", "L’opération n’est pas proposée là où vous êtes.", "Le détail dit où elle l’est."},
	fault.NotEligible:      {"Les conditions ne sont pas remplies", "Le programme a des conditions, et toutes ne sont pas encore remplies.", "Le problème cite chaque condition et où vous en êtes."},
	fault.LinkInvalid:      {"Le lien n’est pas valide", "Le lien signé a été modifié, ou sert à autre chose.", "Rouvrez la page pour obtenir un lien frais."},
	fault.LinkExpired:      {"Le lien a expiré", "Un lien signé ne sert que peu de temps, et celui-ci est passé.", "Rouvrez la page pour obtenir un lien frais."},

	fault.NotFound:         {"Introuvable", "Il n’y a rien à cette adresse, ou vous ne pouvez pas le voir.", "Vérifiez l’identifiant et son préfixe, et que la clé est du même côté, test ou réel."},
	fault.MethodNotAllowed: {"La méthode n’est pas permise ici", "L’adresse existe, mais pas pour cette méthode HTTP.", "Utilisez l’une des méthodes de l’en-tête Allow."},
	fault.NotAcceptable:    {"Le format demandé n’est pas proposé", "L’en-tête Accept exclut tous les formats dans lesquels l’opération sait répondre.", "Acceptez application/json, ou omettez l’en-tête."},
	fault.RequestTimeout:   {"La requête a mis trop de temps à arriver", "Le corps n’est pas arrivé à temps. Rien n’a changé.", "Renvoyez-la avec la même clé, si possible par une meilleure connexion."},

	fault.IdempotencyInProgress: {"La même requête est en cours", "Une requête avec la même Idempotency-Key n’est pas encore terminée.", "Attendez le temps de Retry-After et renvoyez-la avec la même clé : vous aurez la réponse de la première."},
	fault.StateConflict:         {"Impossible dans son état présent", "La chose existe, mais son état présent ne le permet pas.", "Relisez-la : le détail dit dans quel état elle est."},
	fault.AlreadyDone:           {"C’est déjà fait", "Ce qui est demandé a déjà eu lieu. Rien n’a été fait deux fois.", "Il n’y a rien à faire."},
	fault.AlreadyRefunded:       {"C’est déjà remboursé", "Tout le montant a déjà été rendu.", "Il n’y a rien à faire. Un remboursement peut mettre quelques jours à apparaître sur un relevé."},
	fault.AlreadySubscribed:     {"Vous êtes déjà abonné", "Il y a un abonnement actif à ce créateur.", "Changez la formule de l’abonnement existant, ou résiliez-le d’abord."},
	fault.PriceChanged:          {"Le prix a changé", "Le prix n’est plus celui qui était affiché. Rien n’a été débité.", "Affichez le nouveau prix, et s’il est accepté renvoyez la requête avec une nouvelle clé."},
	fault.LimitReached:          {"La limite est atteinte", "Il ne peut y en avoir qu’un certain nombre, et il y en a autant.", "Retirez-en d’abord. Le détail dit combien il peut y en avoir."},
	fault.ContractActive:        {"Un contrat est en vigueur", "Un contrat encore en vigueur ne le permet pas.", "Attendez sa fin, ou mettez-y fin d’abord. Le détail le nomme."},
	fault.PayoutInProgress:      {"Un versement est en route", "Tant qu’un versement est en cours, aucun autre ne peut commencer et son compte ne peut pas changer.", "Attendez qu’il soit arrivé ou ait échoué, puis réessayez."},
	fault.HandleTaken:           {"Le nom est pris", "Quelqu’un d’autre a ce nom, ou un nom d’apparence identique.", "Choisissez un autre nom."},
	fault.UploadOffsetMismatch:  {"L’envoi continue ailleurs", "La partie envoyée ne commence pas là où la précédente s’arrête.", "Demandez la position de l’envoi avec HEAD, et continuez à partir de là."},

	fault.Gone:               {"Cela n’existe plus", "Cela a existé et a été supprimé pour de bon.", "Supprimez votre référence."},
	fault.UploadExpired:      {"L’envoi a expiré", "L’envoi n’a pas été terminé à temps, et ses parties ont été supprimées.", "Recommencez l’envoi."},
	fault.PreconditionFailed: {"Cela a changé entre-temps", "Quelqu’un l’a modifié après votre lecture. Rien n’a été écrasé.", "Relisez, puis appliquez votre changement à ce qui s’y trouve maintenant."},

	fault.BodyTooLarge:         {"La requête est trop grande", "Le corps dépasse ce que l’opération accepte.", "Envoyez-en moins à la fois. Le détail dit combien est accepté."},
	fault.FileTooLarge:         {"Le fichier est trop grand", "Le fichier dépasse ce qui est accepté ici.", "Choisissez un fichier plus petit. Le détail dit quelle taille il peut avoir."},
	fault.UnsupportedMediaType: {"Le type de contenu n’est pas accepté", "Le corps n’est pas du type que lit l’opération.", "Envoyez du JSON avec Content-Type: application/json, et sans Content-Encoding."},
	fault.FileTypeNotAllowed:   {"Le type de fichier n’est pas accepté", "Le contenu du fichier, quel que soit son nom, est d’un type qui n’est pas accepté ici.", "Choisissez un fichier de l’un des types cités."},
	fault.RangeNotSatisfiable:  {"Cette partie n’existe pas", "La partie demandée est au-delà de la fin.", "Demandez une partie dans la taille de Content-Range."},

	fault.ValidationFailed:      {"Des champs sont incorrects", "La requête a pu être lue, mais certains champs ne peuvent pas être acceptés. Rien n’a changé.", "Corrigez chaque champ que citent les erreurs, et renvoyez-la."},
	fault.UnknownField:          {"Un champ est inconnu", "La requête a un champ que l’opération ne connaît pas. Il est refusé plutôt qu’ignoré, pour qu’une faute de frappe n’ait pas d’effet caché.", "Supprimez ou renommez les champs que citent les erreurs."},
	fault.AmountNotInteger:      {"Le montant n’est pas un nombre entier", "Les montants sont des nombres entiers de la plus petite unité : 499 pour 4,99 dollars.", "Envoyez des chiffres seuls, sans guillemets, point ni exposant."},
	fault.AmountOutOfRange:      {"Le montant est hors limites", "Le montant est plus petit ou plus grand que ce qu’accepte l’opération.", "Prenez un montant dans les limites citées."},
	fault.CurrencyUnsupported:   {"La devise n’est pas acceptée", "Les montants dans cette devise ou unité ne sont pas acceptés ici.", "Prenez l’une des devises citées."},
	fault.CurrencyMismatch:      {"Les devises diffèrent", "Le montant est dans une autre devise ou unité que ce à quoi il sert.", "Prenez la devise citée."},
	fault.SelfGift:              {"On ne peut pas se faire un cadeau", "Celui qui donne et celui qui reçoit sont la même personne.", "Choisissez quelqu’un d’autre."},
	fault.RefundExceedsOriginal: {"Le remboursement dépasse le paiement", "Il serait rendu plus que ce qui a été payé, compte tenu de ce qui a déjà été remboursé.", "Remboursez au plus ce que le détail dit qu’il reste."},
	fault.PayoutBelowMinimum:    {"Le versement est sous le minimum", "Le montant est plus petit que le plus petit versement.", "Attendez qu’il y ait davantage. Le détail dit combien il faut."},
	fault.URLNotAllowed:         {"L’adresse n’est pas autorisée", "L’adresse a un schéma, un hôte ou un port que ce serveur n’appelle ni n’affiche.", "Prenez une adresse https d’un hôte public."},
	fault.TextTooLong:           {"Le texte est trop long", "Le texte a plus de caractères que permis.", "Raccourcissez-le comme le dit le détail."},
	fault.TextNotAllowed:        {"Le texte n’est pas accepté", "Le texte contient quelque chose qui n’est pas accepté ici.", "Changez la partie que décrit le détail."},
	fault.HandleInvalid:         {"Le nom ne convient pas", "Le nom a des caractères, une longueur ou une forme qu’un nom ne peut pas avoir.", "Choisissez un nom selon la règle citée."},
	fault.CardDataNotAccepted:   {"Les numéros de carte ne sont pas acceptés ici", "Le texte ressemble au numéro d’une carte de paiement. Il n’a pas été enregistré.", "Ne saisissez une carte que dans le formulaire de paiement."},
	fault.IdempotencyKeyReused:  {"La clé appartient à une autre requête", "L’Idempotency-Key a déjà servi, pour une requête d’un autre contenu. Rien n’a changé.", "Envoyez cette requête avec une nouvelle clé. Ne répétez une requête qu’avec exactement le même contenu."},

	fault.PreconditionRequired: {"Dites de quelle version il s’agit", "L’opération écrase : elle veut savoir quelle version vous avez lue.", "Envoyez If-Match avec l’ETag de ce que vous avez lu."},

	fault.VelocityLimit:   {"Trop en peu de temps", "Plus d’argent bougerait dans ce laps de temps que les règles ne le permettent. Rien n’a bougé.", "Attendez le temps de Retry-After. Le détail dit quelle est la limite. Si counted est card, c’est ce que tous les comptes ont payé avec cette carte, et une autre carte peut avoir de la place."},
	fault.DailyLimit:      {"La limite du jour est atteinte", "Il serait dépensé en un jour plus que la limite ne le permet. Rien n’a bougé.", "Réessayez plus tard. Le détail dit quand."},
	fault.NewAccountLimit: {"Un nouveau compte a une limite plus basse", "Le compte est nouveau, et la limite de ses premiers jours est atteinte. Rien n’a bougé.", "Réessayez plus tard. Le détail dit quelle est la limite. Si counted est card, c’est ce que tous les comptes ont payé avec cette carte, et une autre carte peut avoir de la place."},
	fault.RateLimited:     {"Trop de requêtes", "Il est venu plus de requêtes qu’il n’en est accepté en ce temps. Celle-ci n’a eu aucun effet.", "Attendez le temps de Retry-After. RateLimit et RateLimit-Policy disent combien il en est accepté."},

	fault.Internal:        {"Une erreur de notre côté", "La requête a rencontré une faute de ce serveur. Elle est notée sous l’identifiant de la requête.", "Renvoyez la requête avec la même clé. Si cela continue, donnez l’identifiant à l’exploitant."},
	fault.UpstreamFailed:  {"Un service que nous utilisons a échoué", "Le prestataire de paiement, ou un autre service derrière ce serveur, a répondu par une faute.", "Renvoyez la requête avec la même clé dans un instant."},
	fault.Overloaded:      {"Le serveur est trop occupé", "Il y a plus de travail qu’il ne peut en être fait. Rien n’a changé.", "Attendez le temps de Retry-After et renvoyez la requête avec la même clé."},
	fault.Maintenance:     {"De retour dans un instant", "Le serveur redémarre ou est en entretien. Rien n’a changé.", "Attendez le temps de Retry-After et renvoyez la requête avec la même clé."},
	fault.ReadOnly:        {"Seule la lecture est possible", "Le stockage ne peut pas être écrit pour le moment. Ce qui était fait est en sécurité. Rien n’a changé.", "Renvoyez la requête plus tard avec la même clé."},
	fault.UpstreamTimeout: {"Un service que nous utilisons n’a pas répondu", "Le prestataire de paiement, ou un autre service derrière ce serveur, n’a pas répondu à temps.", "Renvoyez la requête avec la même clé. Ce qui s’est vraiment passé est établi en moins d’une minute."},
	fault.DiskFull:        {"Il n’y a plus de place", "Le disque du serveur est plein. Rien n’a changé.", "Prévenez l’exploitant. Tout remarche dès qu’il y a de la place."},
}
