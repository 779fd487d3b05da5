package web

// The words of the feed, of who is LIVE, and of profiles.
var _ = speak(phrases{
	"home.title":        {"Watch", "Regarder"},
	"home.no_videos":    {"There are no videos yet. Your platform posts them through the API.", "Il n’y a pas encore de vidéos. Votre plateforme les publie par l’API."},
	"home.no_videos_do": {"How to post a video", "Comment publier une vidéo"},

	"reel.unmute":    {"Sound off. Tap to hear it", "Son coupé. Touchez pour écouter"},
	"reel.enter":     {"Enter the LIVE", "Entrer dans le LIVE"},
	"reel.actions":   {"What you can do with %s", "Ce que vous pouvez faire avec %s"},
	"reel.gift":      {"Gift", "Cadeau"},
	"reel.share":     {"Share", "Partager"},
	"reel.copied":    {"Link copied", "Lien copié"},
	"reel.pause":     {"Pause", "Pause"},
	"reel.sound":     {"Sound", "Son"},
	"reel.more":      {"Older videos", "Vidéos plus anciennes"},
	"reel.more_text": {"There is more to see.", "Il y a encore à voir."},
	"reel.end":       {"You have seen everything", "Vous avez tout vu"},
	"reel.end_text":  {"New videos and LIVEs appear at the top.", "Les nouvelles vidéos et les LIVE apparaissent en haut."},
	"reel.top":       {"Back to the top", "Revenir en haut"},

	"live.title":       {"LIVE now", "En LIVE maintenant"},
	"live.count.one":   {"%s room", "%s salle"},
	"live.count.other": {"%s rooms", "%s salles"},
	"live.nobody":      {"Nobody is LIVE at the moment. Creators who open a room appear here.", "Personne n’est en LIVE pour le moment. Les créateurs qui ouvrent une salle apparaissent ici."},
	"live.nobody_soon": {"Nobody is LIVE at the moment. The rooms below are open and begin when their creator goes LIVE.", "Personne n’est en LIVE pour le moment. Les salles ci-dessous sont ouvertes et commencent quand leur créateur passe en LIVE."},
	"live.watch":       {"Watch videos meanwhile", "Regarder des vidéos en attendant"},
	"live.soon":        {"Soon LIVE", "Bientôt en LIVE"},
	"live.soon_chip":   {"room is open", "salle ouverte"},

	"profile.of":          {"Profile of %s", "Profil de %s"},
	"profile.edit":        {"Your account", "Votre compte"},
	"profile.videos":      {"Videos", "Vidéos"},
	"profile.lives":       {"LIVEs", "LIVE"},
	"profile.support_tab": {"Support", "Soutien"},
	"profile.no_videos":   {"%s has posted no videos yet.", "%s n’a pas encore publié de vidéos."},
	"profile.bare":        {"%s shows nothing here yet.", "%s ne montre encore rien ici."},
	"profile.bare_mine":   {"This is how others see you. What you post as a creator stands here.", "C’est ainsi que les autres vous voient. Ce que vous publiez comme créateur se trouve ici."},

	"keys.next":     {"Next", "Suivant"},
	"keys.previous": {"Previous", "Précédent"},
	"keys.pause":    {"Pause or play", "Pause ou lecture"},
	"keys.mute":     {"Sound on or off", "Son activé ou coupé"},
	"keys.gift":     {"Give a gift (b for bouquet)", "Offrir un cadeau (b comme bouquet)"},
	"keys.tip":      {"Give a tip", "Laisser un pourboire"},
	"keys.share":    {"Share the link", "Partager le lien"},
	"keys.open":     {"Open its page", "Ouvrir sa page"},
})
