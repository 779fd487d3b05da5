package web

// The words of videos, LIVE rooms and the gift tray.
var _ = speak(phrases{

	"live.badge":     {"LIVE", "LIVE"},
	"live.since":     {"LIVE since", "En LIVE depuis le"},
	"live.ended_at":  {"Ended", "Terminé le"},
	"live.ended":     {"This LIVE has ended.", "Ce LIVE est terminé."},
	"live.scheduled": {"This LIVE has not begun yet.", "Ce LIVE n’a pas encore commencé."},

	"live.thanks":      {"Thank you for being there. %s has left.", "Merci d’avoir été là. %s a quitté le LIVE."},
	"live.lasted":      {"Duration", "Durée"},
	"live.see_creator": {"See more of %s", "Voir plus de %s"},
	"live.see_others":  {"See who is LIVE", "Voir qui est en LIVE"},

	"room.clean": {"Picture alone", "Image seule"},
	"keys.clean": {"Picture alone, or everything again", "Image seule, ou tout revient"},

	"video.posted": {"Posted", "Publiée le"},

	"feed.title":        {"Gifts", "Cadeaux"},
	"feed.empty":        {"No gifts yet. Yours can be the first.", "Pas encore de cadeaux. Le vôtre peut être le premier."},
	"feed.line":         {"%[1]s gave %[2]s ×%[3]s (%[4]s)", "%[1]s a offert %[2]s ×%[3]s (%[4]s)"},
	"feed.reconnecting": {"Reconnecting. Nothing is charged, and no gift is missed.", "Reconnexion en cours. Rien n’est débité, et aucun cadeau n’est manqué."},

	"tray.title":            {"Send a gift", "Offrir un cadeau"},
	"tray.title_to":         {"Gifts for %s", "Cadeaux pour %s"},
	"tray.gift":             {"Gift", "Cadeau"},
	"tray.costs":            {"Costs", "Coûte"},
	"tray.quantity":         {"How many", "Combien"},
	"tray.balance":          {"You have", "Vous avez"},
	"tray.send":             {"Send the gift", "Envoyer le cadeau"},
	"tray.combo":            {"combo", "combo"},
	"tray.sign_in":          {"Sign in to send a gift", "Se connecter pour offrir"},
	"tray.mine":             {"This is yours: gifts come from others here.", "C’est à vous : ici les cadeaux viennent des autres."},
	"tray.sent":             {"You gave %[3]s %[1]d × %[2]s:", "Vous avez offert à %[3]s %[1]d × %[2]s :"},
	"tray.bought":           {"In your wallet:", "Dans votre portefeuille :"},
	"tray.terms":            {"A gift goes to the creator at once: there is no time to undo it. ≈ is what the coins cost.", "Un cadeau va tout de suite au créateur : il n’y a pas de délai pour l’annuler. ≈ est ce que coûtent les pièces."},
	"tray.closed_off":       {"The creator has switched gifts off here.", "Le créateur a désactivé les cadeaux ici."},
	"tray.closed_ended":     {"This LIVE has ended, so gifts are closed.", "Ce LIVE est terminé, les cadeaux sont donc fermés."},
	"tray.closed_scheduled": {"Gifts open when the LIVE begins.", "Les cadeaux ouvrent au début du LIVE."},
	"tray.hold":             {"Hold the button for a combo.", "Maintenez le bouton pour un combo."},
	"tray.to_topup":         {"See what they cost", "Voir leur prix"},
	"tray.js.send":          {"Send {gift} ×{count}", "Envoyer {gift} ×{count}"},
	"tray.js.sending":       {"Sending…", "Envoi…"},
	"tray.js.below":         {"You can buy them below the gift. Nothing is bought by itself.", "Vous pouvez les acheter sous le cadeau. Rien ne s’achète tout seul."},
	"tray.js.cost":          {"{coins} ≈ {money}. The creator earns {earned}.", "{coins} ≈ {money}. Le créateur gagne {earned}."},
	"tray.js.share":         {"{coins} ≈ {money}. The creator receives {percent} %: {earned}.", "{coins} ≈ {money}. Le créateur reçoit {percent} % : {earned}."},
	"tray.js.sign_in":       {"Sign in to send {gift} ×{count}", "Se connecter pour offrir {gift} ×{count}"},
	"tray.js.short":         {"You lack {coins} for this.", "Il vous manque {coins}."},
	"tray.js.coin":          {"{count} coin", "{count} pièce"},
	"tray.js.coins":         {"{count} coins", "{count} pièces"},
	"tray.js.lost":          {"The answer did not come. It is tried again with the same key, so you pay once at most.", "La réponse n’est pas venue. L’envoi est retenté avec la même clé : vous payez une fois au plus."},
	"tray.js.done":          {"Sent: {gift} ×{count}", "Envoyé : {gift} ×{count}"},

	"guest.title": {"Who gives?", "Qui offre ?"},
	"guest.text":  {"Sign in, and you come back to the gift that you chose for %s. Nothing is sent before you press the button.", "Connectez-vous, et vous revenez au cadeau choisi pour %s. Rien n’est envoyé avant que vous n’appuyiez sur le bouton."},

	"topup.title.one":   {"%s coin is missing", "Il manque %s pièce"},
	"topup.title.other": {"%s coins are missing", "Il manque %s pièces"},
	"topup.keeps":       {"%[1]d × %[2]s stays chosen. You pay only when you press a button below.", "%[1]d × %[2]s reste choisi. Vous ne payez qu’en appuyant sur un bouton ci-dessous."},
	"topup.several":     {"%[1]s is the most in one purchase, so this gift takes %[2]s of them.", "Un achat compte au plus %[1]s : ce cadeau en demande %[2]s."},
	"topup.buy":         {"Buy %[1]s for %[2]s", "Acheter %[1]s pour %[2]s"},
	"topup.exactly":     {"Only the missing %[1]s for %[2]s", "Seulement %[1]s, ce qui manque, pour %[2]s"},

	"bought.again": {"That was bought at %s. The form was sent once more, and nothing was charged for it.", "C’était acheté le %s. Le formulaire a été envoyé encore une fois, et rien n’a été débité pour cela."},
})
