package web

// The words of the form in which operators schedule the rules of money.
var _ = speak(phrases{
	"op.new.tips":     {"New rules of tips", "Nouvelles règles des pourboires"},
	"op.new.refunds":  {"New rules of refunds", "Nouvelles règles des remboursements"},
	"op.new.payouts":  {"New rules of payouts", "Nouvelles règles des versements"},
	"op.new.velocity": {"New velocity", "Nouvelle vitesse"},

	"op.new.tips_text":     {"Every tip goes by what holds when it is given. What a fan gave on the same day before counts on.", "Chaque pourboire suit ce qui vaut quand il est donné. Ce qu’un fan a donné plus tôt le même jour compte toujours."},
	"op.new.refunds_text":  {"It holds for what is asked for from then on, also about what was paid before. What was proposed by then keeps the amount that it began under.", "Cela vaut pour ce qui est demandé dès lors, même sur ce qui a été payé avant. Ce qui était déjà proposé garde le montant de son début."},
	"op.new.payouts_text":  {"Payouts that were asked for before keep their limits. The days of the calendar hold from then on; a month is announced and paid once.", "Les versements demandés avant gardent leurs limites. Les jours du calendrier valent dès lors ; un mois est annoncé et payé une seule fois."},
	"op.new.velocity_text": {"It holds for every payment from then on, and what was paid shortly before counts too.", "Cela vaut pour tout paiement dès lors, et ce qui a été payé peu avant compte aussi."},

	"op.rows.tips":     {"Tips are given in these currencies alone. Amounts that are offered have spaces between them, the smallest first.", "Les pourboires ne se donnent qu’en ces devises. Les montants proposés sont séparés par des espaces, le plus petit d’abord."},
	"op.rows.refunds":  {"The region * is everywhere else. 0 days is never; above the amount a second operator has to agree.", "La région * est partout ailleurs. 0 jour est jamais ; au-delà du montant un second exploitant doit être d’accord."},
	"op.rows.payouts":  {"The limits of the rate card’s own currency are those of the rate card.", "Les limites de la devise du barème sont celles du barème."},
	"op.rows.velocity": {"Every currency in which something is sold has to be in it: nothing can be paid in the others.", "Chaque devise dans laquelle quelque chose se vend doit y être : rien ne peut se payer dans les autres."},

	"op.row_new":      {"new", "nouveau"},
	"op.look":         {"not scheduled yet", "pas encore programmée"},
	"op.look_do":      {"See what changes", "Voir ce qui change"},
	"op.look_edit":    {"Back to the form", "Revenir au formulaire"},
	"op.look_text":    {"Nothing was changed yet. Look at it once more: a version that has begun stays.", "Rien n’a encore changé. Relisez : une version qui a commencé reste."},
	"op.look_changes": {"What changes against %s", "Ce qui change par rapport à %s"},
	"op.look_gone":    {"A dash at the right is what does not hold any more.", "Un tiret à droite est ce qui ne vaut plus."},
	"op.reason_kept":  {"One line, which stands in the audit log.", "Une ligne, qui reste dans le journal d’audit."},

	"rule.days_back":        {"Days to give unspent coins back", "Jours pour rendre les pièces non dépensées"},
	"rule.asset":            {"Currency", "Devise"},
	"rule.region":           {"Region", "Région"},
	"rule.new_account":      {"Most of new accounts", "Maximum des nouveaux comptes"},
	"rule.new_account_days": {"Days that an account is new", "Jours pendant lesquels un compte est nouveau"},
	"rule.within_hours":     {"Within so many hours", "En tant d’heures"},
})
