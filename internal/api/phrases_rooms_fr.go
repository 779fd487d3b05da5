package api

// frenchOfRooms has the sentences of what happens around a LIVE: streams,
// leaderboards, goals, the chat.
//
//nolint:misspell // it is French
var frenchOfRooms = map[string]string{
	"There is no topic %q. There are live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… and operator.": "Il n’y a pas de sujet %q. Il y a live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… et operator.",
	"A creator has no leaderboard of a LIVE. Name the LIVE, or ask for week or all.":                                   "Un créateur n’a pas de classement d’un LIVE. Nommez le LIVE, ou demandez week ou all.",
	"The windows are live, week and all.":                                    "Les fenêtres sont live, week et all.",
	"week or all":                                                            "week ou all",
	"live, week or all":                                                      "live, week ou all",
	"There is no LIVE, video or creator %q.":                                 "Il n’y a pas de LIVE, de vidéo ou de créateur %q.",
	"A goal that counts coins names no gift.":                                "Un objectif qui compte des pièces ne nomme aucun cadeau.",
	"A goal counts coins or gifts.":                                          "Un objectif compte des pièces ou des cadeaux.",
	"A goal asks for 1 to %d.":                                               "Un objectif demande de 1 à %d.",
	"You have %d active goals, and there may be %d. End one first.":          "Vous avez %d objectifs en cours, et il peut y en avoir %d. Terminez-en un d’abord.",
	"This LIVE is over, so nothing can be given there any more.":             "Ce LIVE est terminé : on ne peut plus rien y offrir.",
	"There is no goal %q, or it is not yours. Ids of goals begin with gol_.": "Il n’y a pas d’objectif %q, ou il n’est pas à vous. Les identifiants d’objectifs commencent par gol_.",
	"Goals are of a LIVE (liv_…) or of a creator (usr_…).":                   "Les objectifs sont ceux d’un LIVE (liv_…) ou d’un créateur (usr_…).",
	"liv_… or usr_…":                                                         "liv_… ou usr_…",
	"There is no gift %q in the catalogue; see GET /v1/gift-catalog.":        "Il n’y a pas de cadeau %q dans le catalogue ; voyez GET /v1/gift-catalog.",
	"There is no topic %q, or it is not yours.":                              "Il n’y a pas de sujet %q, ou il n’est pas à vous.",
}
