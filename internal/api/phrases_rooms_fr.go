package api

// frenchOfRooms has the sentences of what happens around a LIVE: streams,
// leaderboards, goals, the chat.
//
//nolint:misspell // it is French
var frenchOfRooms = map[string]string{
	"There is no topic %q. There are live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… and operator.": "Il n’y a pas de sujet %q. Il y a live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… et operator.",
	"There is no topic %q, or it is not yours.":      "Il n’y a pas de sujet %q, ou il n’est pas à vous.",
	"A page follows at most %d topics.":              "Une page suit au plus %d sujets.",
	"There is nothing to listen to under this name.": "Il n’y a rien à écouter sous ce nom.",
	"A creator has no leaderboard of a LIVE. Name the LIVE, or ask for week or all.":                                   "Un créateur n’a pas de classement d’un LIVE. Nommez le LIVE, ou demandez week ou all.",
	"The windows are live, week and all.":                                             "Les fenêtres sont live, week et all.",
	"week or all":                                                                     "week ou all",
	"live, week or all":                                                               "live, week ou all",
	"There is no LIVE, video or creator %q.":                                          "Il n’y a pas de LIVE, de vidéo ou de créateur %q.",
	"A goal that counts coins names no gift.":                                         "Un objectif qui compte des pièces ne nomme aucun cadeau.",
	"A goal counts coins or gifts.":                                                   "Un objectif compte des pièces ou des cadeaux.",
	"A goal asks for 1 to %d.":                                                        "Un objectif demande de 1 à %d.",
	"You have %d active goals, and there may be %d. End one first.":                   "Vous avez %d objectifs en cours, et il peut y en avoir %d. Terminez-en un d’abord.",
	"This LIVE is over, so nothing can be given there any more.":                      "Ce LIVE est terminé : on ne peut plus rien y offrir.",
	"There is no goal %q, or it is not yours. Ids of goals begin with gol_.":          "Il n’y a pas d’objectif %q, ou il n’est pas à vous. Les identifiants d’objectifs commencent par gol_.",
	"Goals are of a LIVE (liv_…) or of a creator (usr_…).":                            "Les objectifs sont ceux d’un LIVE (liv_…) ou d’un créateur (usr_…).",
	"liv_… or usr_…":                                                                  "liv_… ou usr_…",
	"There is no gift %q in the catalogue; see GET /v1/gift-catalog.":                 "Il n’y a pas de cadeau %q dans le catalogue ; voyez GET /v1/gift-catalog.",
	"Slow mode is from 0 to %d seconds.":                                              "Le mode lent va de 0 à %d secondes.",
	"This LIVE is not live now, so nobody can write in its chat.":                     "Ce LIVE n’est pas en direct : personne ne peut écrire dans son chat.",
	"The creator has switched the chat off here.":                                     "Le créateur a coupé le chat ici.",
	"The creator has muted you in this LIVE. You can watch and give gifts.":           "Le créateur vous a rendu muet dans ce LIVE. Vous pouvez regarder et offrir des cadeaux.",
	"The chat is in slow mode: one message in %d seconds. Write again in %d seconds.": "Le chat est en mode lent : un message toutes les %d secondes. Écrivez de nouveau dans %d secondes.",
	"You write faster than others can read. Write again in %d seconds.":               "Vous écrivez plus vite que l’on ne peut lire. Écrivez de nouveau dans %d secondes.",
	"A nonce has at most %d bytes.":                                                   "Un nonce a au plus %d octets.",
	"There is no message %q in this chat.":                                            "Il n’y a pas de message %q dans ce chat.",
	"The creator can not be muted in their own LIVE. Switch the chat off instead.":    "Le créateur ne peut pas être rendu muet dans son propre LIVE. Coupez plutôt le chat.",
	"The message":                                    "Le message",
	"A page follows at most %d topics.":              "Une page suit au plus %d sujets.",
	"There is nothing to listen to under this name.": "Il n’y a rien à écouter sous ce nom.",
	"There is no topic %q, or it is not yours.":      "Il n’y a pas de sujet %q, ou il n’est pas à vous.",
}
