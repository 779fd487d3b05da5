package api

// frenchOfRooms has the sentences of what happens around a LIVE: streams,
// leaderboards, goals, the chat.
//
//nolint:misspell // it is French
var frenchOfRooms = map[string]string{
	"There is no topic %q. There are live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… and operator.": "Il n’y a pas de sujet %q. Il y a live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… et operator.",
	"A creator has no leaderboard of a LIVE. Name the LIVE, or ask for week or all.":                                   "Un créateur n’a pas de classement d’un LIVE. Nommez le LIVE, ou demandez week ou all.",
	"The windows are live, week and all.":       "Les fenêtres sont live, week et all.",
	"week or all":                               "week ou all",
	"live, week or all":                         "live, week ou all",
	"There is no LIVE, video or creator %q.":    "Il n’y a pas de LIVE, de vidéo ou de créateur %q.",
	"There is no topic %q, or it is not yours.": "Il n’y a pas de sujet %q, ou il n’est pas à vous.",
}
