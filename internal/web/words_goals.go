package web

// The words of goals, of supporters, and of what is new on a dashboard.
//
//nolint:misspell // the French is French
var _ = speak(phrases{
	"nav.supporters": {"Supporters", "Soutiens"},
	"nav.goals":      {"Goals", "Objectifs"},

	"hub.fresh_one":  {"1 new gift: refresh", "1 nouveau cadeau : actualiser"},
	"hub.fresh_some": {"{n} new gifts: refresh", "{n} nouveaux cadeaux : actualiser"},
	"hub.fresh_else": {"Something is new: refresh", "Du nouveau : actualiser"},

	"supporters.title": {"Supporters", "Soutiens"},
	"supporters.text":  {"Who gave to you, by coins. A week is Monday to Sunday, UTC.", "Qui vous a offert des cadeaux, par pièces. Une semaine va du lundi au dimanche, UTC."},
	"supporters.week":  {"This week", "Cette semaine"},
	"supporters.all":   {"All time", "Depuis toujours"},
	"supporters.board": {"Leaderboard", "Classement"},
	"supporters.rank":  {"Rank", "Rang"},
	"supporters.first": {"First gift", "Premier cadeau"},
	"supporters.last":  {"Last gift", "Dernier cadeau"},
	"supporters.none":  {"Nobody has given anything in this time. Most gifts come while you are LIVE.", "Personne n’a rien offert pendant ce temps. C’est en LIVE que viennent le plus de cadeaux."},
	"supporters.from":  {"from %d last week", "de %d la semaine dernière"},
	"supporters.same":  {"as last week", "comme la semaine dernière"},

	"did.goal_set":   {"The goal is set. It counts from now on.", "L’objectif est fixé. Il compte à partir de maintenant."},
	"did.goal_ended": {"The goal has ended.", "L’objectif est terminé."},

	"goals.title":        {"Goals", "Objectifs"},
	"goals.text":         {"What your fans reach together, on a LIVE or this month.", "Ce que vos fans atteignent ensemble, sur un LIVE ou ce mois-ci."},
	"goals.active.one":   {"%[1]s of %[2]s active goals", "%[1]s objectif actif sur %[2]s"},
	"goals.active.other": {"%[1]s of %[2]s active goals", "%[1]s objectifs actifs sur %[2]s"},
	"goals.none":         {"No goal yet. A goal that fans can see gives them a reason to join in.", "Pas encore d’objectif. Un objectif que les fans voient leur donne une raison de participer."},
	"goals.new":          {"Set a goal", "Fixer un objectif"},
	"goals.ended":        {"Goals that have ended", "Objectifs terminés"},
	"goals.reached":      {"reached", "atteint"},
	"goals.over":         {"over", "terminé"},
	"goals.of":           {"%[1]s / %[2]s %[3]s", "%[1]s / %[2]s %[3]s"},
	"goals.on":           {"On: %s", "Sur : %s"},
	"goals.on_live":      {"On a LIVE", "Sur un LIVE"},
	"goals.month":        {"Everywhere, until", "Partout, jusqu’au"},
	"goals.since":        {"counts since", "compte depuis le"},
	"goals.end":          {"End it…", "Le terminer…"},
	"goals.end_do":       {"Yes, end it", "Oui, le terminer"},
	"goals.end_text":     {"Gifts from now on do not count any more. There is no way back.", "Les cadeaux ne comptent plus à partir de maintenant. C’est définitif."},
	"goals.full":         {"Three goals are active, which is the most. End one to set another.", "Trois objectifs sont actifs, c’est le maximum. Terminez-en un pour en fixer un autre."},
	"goals.name":         {"Title, as fans read it", "Titre, tel que les fans le lisent"},
	"goals.example":      {"A new microphone", "Un nouveau micro"},
	"goals.where":        {"Where", "Où"},
	"goals.this_month":   {"Everywhere, this month (UTC)", "Partout, ce mois-ci (UTC)"},
	"goals.wanted":       {"How many", "Combien"},
	"goals.counts":       {"Of what", "De quoi"},
	"goals.set":          {"Set the goal", "Fixer l’objectif"},
	"goals.look":         {"How it looks in the room", "À quoi il ressemble dans la salle"},
	"goals.look_text":    {"The bar moves by itself while gifts come in.", "La barre avance toute seule quand les cadeaux arrivent."},
})
