package web

// The words of statements beside those that papers have (package paper).
//
//nolint:misspell // half of it is French
var _ = speak(phrases{
	"nav.statements":         {"Statements", "Relevés"},
	"statements.title":       {"Statements", "Relevés"},
	"statements.text":        {"Every month from your first earning on, in UTC. Each begins with what the one before ended with.", "Chaque mois depuis votre premier gain, en UTC. Chacun commence par ce qui finissait le précédent."},
	"statements.empty":       {"There is no statement yet: the first comes with your first earning.", "Il n’y a pas encore de relevé : le premier vient avec votre premier gain."},
	"statements.month":       {"Month", "Mois"},
	"statements.in":          {"In", "Entrées"},
	"statements.out":         {"Out", "Sorties"},
	"statements.files":       {"Files", "Fichiers"},
	"statements.preliminary": {"preliminary", "provisoire"},
	"statements.nothing_yet": {"nothing available yet", "rien de disponible encore"},
	"statements.all":         {"All statements", "Tous les relevés"},
})
