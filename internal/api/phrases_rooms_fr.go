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
}
