package web

// The words of signing in and up.
var _ = speak(phrases{
	"entry.gift_to":  {"%[1]s ×%[2]s to %[3]s", "%[1]s ×%[2]s à %[3]s"},
	"entry.purchase": {"Coins bought", "Pièces achetées"},
	"entry.gift":     {"Gift sent", "Cadeau envoyé"},
	"entry.in":       {"Coins received", "Pièces reçues"},
	"entry.out":      {"Coins taken out", "Pièces retirées"},

	"sign_in.title": {"Sign in", "Se connecter"},
	"sign_in.do":    {"Sign in", "Se connecter"},
	"sign_in.new":   {"New here?", "Pas encore de compte ?"},

	"sign_up.title": {"Create an account", "Créer un compte"},
	"sign_up.do":    {"Create the account", "Créer le compte"},
	"sign_up.known": {"Already have an account?", "Vous avez déjà un compte ?"},

	"setup.title": {"Set up this site", "Mettre ce site en place"},
	"setup.text":  {"This makes the account of the first operator. The link works once.", "Ceci crée le compte du premier exploitant. Le lien fonctionne une fois."},

	"field.name":            {"Name", "Nom"},
	"field.handle":          {"Handle", "Pseudo"},
	"field.handle_help":     {"3 to 24 letters, digits, dots or underscores.", "3 à 24 lettres, chiffres, points ou tirets bas."},
	"field.email":           {"E-mail address", "Adresse électronique"},
	"field.password":        {"Password", "Mot de passe"},
	"field.password_help":   {"Something long that you use nowhere else.", "Quelque chose de long, que vous n’utilisez nulle part ailleurs."},
	"field.birth_date":      {"Date of birth", "Date de naissance"},
	"field.birth_date_help": {"Paying and being paid is for adults.", "Payer et être payé est réservé aux adultes."},
	"field.region":          {"Country", "Pays"},
	"field.region_help":     {"Two letters, such as US, FR or JP.", "Deux lettres, comme US, FR ou JP."},
})
