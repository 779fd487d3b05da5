package web

// The words around every page: navigation, sandbox, small words.
var _ = speak(phrases{
	"skip": {"Skip to the content", "Aller au contenu"},

	"close": {"Close", "Fermer"},

	"older": {"Older ones", "Plus anciens"},

	"lang.switch": {"Français", "English"},

	"theme.dark":  {"Dark", "Sombre"},
	"theme.light": {"Light", "Clair"},

	"brand.home": {"Ovation, first page", "Ovation, première page"},

	"foot.text": {"Every amount that is underlined with dots can be asked where it comes from.", "On peut demander d’où vient chaque montant souligné de points."},
	"foot.api":  {"API documentation", "Documentation de l’API"},

	"loading":   {"Still loading…", "Chargement en cours…"},
	"copy":      {"Copy", "Copier"},
	"copied":    {"Copied", "Copié"},
	"as_of":     {"As of %s", "Au %s"},
	"filter.do": {"Show", "Afficher"},
	"trend":     {"%s%% against %s", "%s %% par rapport à %s"},

	"nav.more":     {"More", "Plus"},
	"nav.feed":     {"Feed", "Fil"},
	"nav.live":     {"LIVE", "LIVE"},
	"nav.me":       {"Me", "Moi"},
	"menu.label":   {"Menu", "Menu"},
	"hat.label":    {"Use Ovation as", "Utiliser Ovation comme"},
	"hat.fan":      {"Fan", "Fan"},
	"hat.creator":  {"Creator", "Créateur"},
	"hat.operator": {"Operator", "Exploitant"},
	"foot.ui":      {"Component gallery", "Galerie des composants"},

	"offline.text": {"You are offline. What you see is as of %s. Nothing is sent or charged until the connection is back.", "Vous êtes hors ligne. Ce que vous voyez date du %s. Rien n’est envoyé ni débité avant le retour de la connexion."},

	"find.open":        {"Search or go to…", "Chercher ou aller à…"},
	"find.title":       {"Search", "Recherche"},
	"find.label":       {"A page, an id or a person", "Une page, un identifiant ou une personne"},
	"find.placeholder": {"Page, id (gft_…, pyo_…) or @handle", "Page, identifiant (gft_…, pyo_…) ou @pseudo"},
	"find.go":          {"Search", "Chercher"},
	"find.none":        {"Nothing found for “%s”. Ids are found in full, and people by their whole handle.", "Rien pour « %s ». Les identifiants se cherchent en entier, les personnes par leur pseudo complet."},
	"find.count.one":   {"%s result", "%s résultat"},
	"find.count.other": {"%s results", "%s résultats"},
	"find.explain":     {"Where this comes from", "D’où cela vient"},

	"keys.title":      {"Keyboard shortcuts", "Raccourcis clavier"},
	"keys.find":       {"Search or go to a page", "Chercher ou aller à une page"},
	"keys.this":       {"This list", "Cette liste"},
	"keys.here":       {"On this page", "Sur cette page"},
	"keys.everywhere": {"Everywhere", "Partout"},
	"keys.escape":     {"Close what is open", "Fermer ce qui est ouvert"},
	"keys.off":        {"Switch single-letter keys off", "Désactiver les touches à une lettre"},
	"keys.on":         {"Switch single-letter keys on", "Activer les touches à une lettre"},

	"nav.label":    {"Main", "Principal"},
	"nav.wallet":   {"Wallet", "Portefeuille"},
	"nav.earnings": {"Earnings", "Gains"},
	"nav.sign_in":  {"Sign in", "Se connecter"},
	"nav.sign_out": {"Sign out", "Se déconnecter"},

	"role.fan":      {"fan", "fan"},
	"role.creator":  {"creator", "créateur"},
	"role.operator": {"operator", "exploitant"},

	"sandbox.label":         {"Sandbox", "Bac à sable"},
	"sandbox.word":          {"SANDBOX", "BAC À SABLE"},
	"sandbox.text":          {"no real money.", "pas d’argent réel."},
	"sandbox.tools":         {"Tools of the sandbox", "Outils du bac à sable"},
	"sandbox.clock":         {"Clock:", "Horloge :"},
	"sandbox.hour":          {"+1 h", "+1 h"},
	"sandbox.day":           {"+1 day", "+1 jour"},
	"sandbox.week":          {"+8 days", "+8 jours"},
	"sandbox.nobody":        {"nobody: signed out", "personne : déconnecté"},
	"sandbox.audience_text": {"On a real site the host measures your followers and views. Nobody does so in this sandbox, so you can have a good week here: 5,200 more followers and 60,000 views.", "Sur un site réel, l’hôte mesure vos abonnés et vos vues. Dans ce bac à sable, personne ne le fait ; vous pouvez donc y vivre une bonne semaine : 5 200 abonnés et 60 000 vues de plus."},
	"sandbox.audience_do":   {"Have a good week", "Vivre une bonne semaine"},
	"sandbox.be":            {"Be somebody else", "Être quelqu’un d’autre"},
	"sandbox.switch":        {"Be this person", "Être cette personne"},

	"payments.none": {"Payments are not set up on this instance yet, so nothing can be bought or paid out.", "Les paiements ne sont pas encore en place sur cette instance : rien ne peut être acheté ni versé."},

	"leave.title":   {"On to the payment provider", "Vers le prestataire de paiement"},
	"leave.go":      {"Continue", "Continuer"},
	"leave.card":    {"The payment provider asks for your card on a page of its own. We never see its number.", "Le prestataire de paiement demande votre carte sur une page à lui. Nous n’en voyons jamais le numéro."},
	"leave.pay":     {"You pay on a page of the payment provider, and come back here. We never see the card’s number.", "Vous payez sur une page du prestataire de paiement, puis revenez ici. Nous ne voyons jamais le numéro de la carte."},
	"leave.account": {"The payment provider asks who you are and where your bank is, on a page of its own.", "Le prestataire de paiement demande qui vous êtes et où est votre banque, sur une page à lui."},

	"personas.title": {"Try it as one of these people", "Essayez comme l’une de ces personnes"},
	"personas.text":  {"They live in the sandbox. One click signs you in.", "Elles vivent dans le bac à sable. Un clic vous connecte."},
})
