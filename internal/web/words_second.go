package web

var _ = speak(phrases{
	"second.title":               {"Waiting for a second operator", "En attente d’un second exploitant"},
	"second.text":                {"What one operator has proposed above a limit. Nothing of it has happened; another operator agrees or declines.", "Ce qu’un exploitant a proposé au-delà d’une limite. Rien n’en est fait ; un autre exploitant approuve ou refuse."},
	"second.none":                {"Nothing waits for a second operator.", "Rien n’attend de second exploitant."},
	"second.none_do":             {"What was decided", "Ce qui a été décidé"},
	"second.what":                {"What", "Quoi"},
	"second.gets":                {"Who gets it", "Qui le reçoit"},
	"second.decide":              {"Decide", "Décider"},
	"second.kind.dispute.accept": {"Give a dispute up", "Abandonner un litige"},
	"second.kind.payout.release": {"Release a payout", "Libérer un versement"},
	"second.kind.refund.agree":   {"Refund", "Remboursement"},
	"second.kind.refund.repay":   {"Note a refund as paid in another way", "Noter un remboursement comme payé autrement"},
	"second.kind.case.close":     {"Write a difference off", "Passer un écart en perte ou profit"},

	"operator.disputes":       {"Open disputes", "Litiges ouverts"},
	"operator.disputes_due":   {"answer until %s", "répondre avant le %s"},
	"operator.cases":          {"Open cases", "Dossiers ouverts"},
	"operator.proposals":      {"For a second operator", "Pour un second exploitant"},
	"operator.proposals_text": {"proposed, and not decided", "proposé, et non décidé"},

	"second.waits":   {"This waits for a second operator.", "Ceci attend un second exploitant."},
	"second.by":      {"Proposed by", "Proposé par"},
	"second.yours":   {"You proposed it, so another operator has to agree.", "Vous l’avez proposé : un autre exploitant doit l’approuver."},
	"second.agree":   {"Agree", "Approuver"},
	"second.decline": {"Decline", "Refuser"},

	"dispute.accept_agree_text":   {"The bank keeps %s, and what creators got for it is gone. This can not be taken back.", "La banque garde %s, et ce que des créateurs en ont reçu est perdu. C’est irrévocable."},
	"dispute.accept_decline_text": {"The dispute goes on as if nobody had said anything. Whoever proposed it reads why.", "Le litige continue comme si personne n’avait rien dit. Qui l’a proposé lit pourquoi."},
	"dispute.waits_text":          {"While it waits nothing happens at the bank, and its day does not move. An answer can still be handed in; that ends the proposal.", "Pendant l’attente rien ne se passe à la banque, et l’échéance ne bouge pas. Une réponse peut encore être remise ; elle met fin à la proposition."},
	"dispute.deciding.accept":     {"It is given up. The payment provider has not confirmed it yet.", "Il est abandonné. Le prestataire ne l’a pas encore confirmé."},
	"dispute.deciding.answer":     {"The answer is on its way. The payment provider has not confirmed it yet.", "La réponse est en route. Le prestataire ne l’a pas encore confirmée."},
	"dispute.refused":             {"The payment provider did not take what was decided last:", "Le prestataire n’a pas accepté la dernière décision :"},

	"did.dispute_proposed": {"So much needs a second operator: nothing happens until another one agrees.", "Ce montant demande un second exploitant : rien ne se passe avant l’accord d’un autre."},
	"did.dispute_declined": {"The proposal is declined. The dispute goes on.", "La proposition est refusée. Le litige continue."},

	"op.release_decline_text": {"The payout stays held. Whoever proposed it reads why.", "Le versement reste retenu. Qui l’a proposé lit pourquoi."},
	"did.release_proposed":    {"So much needs a second operator: the payout waits until another one agrees.", "Ce montant demande un second exploitant : le versement attend l’accord d’un autre."},
	"did.release_declined":    {"The proposal is declined. The payout stays held.", "La proposition est refusée. Le versement reste retenu."},

	"verb.payout.release_propose": {"Proposed to release a payout", "Libération d’un versement proposée"},
	"verb.payout.release_decline": {"Declined to release a payout", "Libération d’un versement refusée"},
	"verb.dispute.accept":         {"Gave a dispute up", "Litige abandonné"},
	"verb.dispute.accept_propose": {"Proposed to give a dispute up", "Abandon d’un litige proposé"},
	"verb.dispute.accept_decline": {"Declined to give a dispute up", "Abandon d’un litige refusé"},
})
