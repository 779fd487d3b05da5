package web

// The words of a LIVE room besides its gifts: chat, goals, leaderboards.
var _ = speak(phrases{
	"live.gifters":   {"Gifters", "Donateurs"},
	"live.top_gifts": {"Most given", "Les plus offerts"},

	"goal.title":   {"Goals", "Objectifs"},
	"goal.of":      {"%[1]s of %[2]s", "%[1]s sur %[2]s"},
	"goal.reached": {"Reached", "Atteint"},

	"board.title": {"Who gave most", "Qui a offert le plus"},
	"board.live":  {"This LIVE", "Ce LIVE"},
	"board.video": {"This video", "Cette vidéo"},
	"board.week":  {"This week", "Cette semaine"},
	"board.all":   {"Always", "Toujours"},
	"board.empty": {"Nobody has given anything yet.", "Personne n’a encore rien offert."},
	"board.you":   {"you", "vous"},
	"board.up":    {"places up since last week", "places gagnées depuis la semaine dernière"},
	"board.down":  {"places down since last week", "places perdues depuis la semaine dernière"},

	"chat.title":         {"Chat and gifts", "Discussion et cadeaux"},
	"chat.line":          {"%[1]s: %[2]s", "%[1]s : %[2]s"},
	"chat.aloud":         {"Have messages read out", "Faire lire les messages"},
	"chat.label":         {"Your message", "Votre message"},
	"chat.hint":          {"Say something…", "Dites quelque chose…"},
	"chat.hint_slow":     {"Slow mode: one message in %s s", "Mode lent : un message toutes les %s s"},
	"chat.send":          {"Send the message", "Envoyer le message"},
	"chat.sign_in":       {"Sign in to write", "Se connecter pour écrire"},
	"chat.off":           {"The creator has switched the chat off.", "Le créateur a désactivé la discussion."},
	"chat.keeping":       {"Your chat", "Votre discussion"},
	"chat.keeping_text":  {"Beside each message you can hide it, or keep its author from writing in this LIVE.", "À côté de chaque message, vous pouvez le masquer ou empêcher son auteur d’écrire dans ce LIVE."},
	"chat.on":            {"Fans can write", "Les fans peuvent écrire"},
	"chat.slow":          {"Slow mode", "Mode lent"},
	"chat.slow_off":      {"Off", "Désactivé"},
	"chat.slow_of.one":   {"One message in %s second", "Un message par %s seconde"},
	"chat.slow_of.other": {"One message in %s seconds", "Un message toutes les %s secondes"},
	"chat.keep":          {"Look after this message", "Modérer ce message"},
	"chat.hide":          {"Hide the message", "Masquer le message"},
	"chat.mute":          {"Mute the author in this LIVE", "Rendre l’auteur muet dans ce LIVE"},

	"keys.chat":       {"Write in the chat", "Écrire dans la discussion"},
	"keys.chat_leave": {"Leave the chat", "Quitter la discussion"},

	"did.chat_hidden": {"The message is hidden.", "Le message est masqué."},
	"did.chat_muted":  {"The author can not write in this LIVE any more.", "L’auteur ne peut plus écrire dans ce LIVE."},
	"did.chat_set":    {"The chat is set.", "La discussion est réglée."},
})
