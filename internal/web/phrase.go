package web

import "regexp"

// Reports write titles and formulas in English, with the numbers put in. Here
// is their French: each pattern is replaced wherever it stands.
var reportFrench = []struct {
	english *regexp.Regexp
	french  string
}{
	{regexp.MustCompile(`^Payout to the bank$`), "Versement à la banque"},
	{regexp.MustCompile(`^Gifts of (\S+) \(UTC\)$`), "Cadeaux du $1 (UTC)"},
	{regexp.MustCompile(`^Gift (.+) × (\d+)$`), "Cadeau $1 × $2"},
	{regexp.MustCompile(`^Combo of (.+) × (\d+)$`), "Combo de $1 × $2"},
	{regexp.MustCompile(`^Coins of a purchase$`), "Pièces d’un achat"},
	{regexp.MustCompile(`^Promotional coins$`), "Pièces promotionnelles"},
	{regexp.MustCompile(`^Coins granted without a card$`), "Pièces offertes sans carte"},
	{regexp.MustCompile(`^Coins of the sender$`), "Pièces de l’expéditeur"},
	{regexp.MustCompile(`^Card payment`), "Paiement par carte"},
	{regexp.MustCompile(`^Paiement par carte of the fan$`), "Paiement par carte du fan"},
	{regexp.MustCompile(`^Tips of (\S+) \(UTC\)$`), "Pourboires du $1 (UTC)"},
	{regexp.MustCompile(`^Tip$`), "Pourboire"},
	{regexp.MustCompile(`^The provider's fee$`), "Les frais du prestataire"},
	{regexp.MustCompile(`^what the provider's fee differed$`), "l’écart des frais du prestataire"},
	{regexp.MustCompile(`^further tips of the day$`), "autres pourboires du jour"},
	{regexp.MustCompile(`^what the day's tips came to =`), "ce que les pourboires du jour ont donné ="},
	{regexp.MustCompile(`^a tip of (.+), of which the provider keeps its fee$`), "un pourboire de $1, dont le prestataire garde ses frais"},
	{regexp.MustCompile(`^charged (.+), so that (.+) arrive after a fee of (.+)$`), "débité $1, pour que $2 arrivent après $3 de frais"},
	{regexp.MustCompile(`^Refund$`), "Remboursement"},
	{regexp.MustCompile(`^Dispute$`), "Litige"},
	{regexp.MustCompile(`^Given back$`), "Rendu"},
	{regexp.MustCompile(`^Held because of a dispute$`), "Retenu à cause d’un litige"},
	{regexp.MustCompile(`^Came back to the wallet$`), "Revenu dans le portefeuille"},
	{regexp.MustCompile(`^Gift$`), "Cadeau"},
	{regexp.MustCompile(`^further gifts$`), "autres cadeaux"},
	{regexp.MustCompile(`^what rounding left$`), "l’arrondi"},
	{regexp.MustCompile(`^Taken back: chargeback$`), "Repris : litige"},
	{regexp.MustCompile(`^Taken back: goodwill$`), "Repris : geste commercial"},
	{regexp.MustCompile(`^Taken back: duplicate$`), "Repris : payé deux fois"},
	{regexp.MustCompile(`^Taken back: fraudulent$`), "Repris : fraude"},
	{regexp.MustCompile(`^Taken back: minor$`), "Repris : paiement d’un mineur"},
	{regexp.MustCompile(`^Taken back: provider$`), "Repris : remboursé chez le prestataire"},
	{regexp.MustCompile(`^Taken back: `), "Repris : "},
	{regexp.MustCompile(`^(.+) earned, less (.+) taken back =`), "$1 gagnés, moins $2 repris ="},
	{regexp.MustCompile(`; (.+) had been paid out, and the platform bears it$`), " ; $1 avaient été versés, et la plateforme les supporte"},
	{regexp.MustCompile(`diamonds of (\S+), which are not converted yet`), "diamants de $1, pas encore convertis"}, //nolint:misspell // it is French
	{regexp.MustCompile(`diamonds of (\S+) =`), "diamants de $1 ="},
	{regexp.MustCompile(`^(\d+) coins that were not spent$`), "$1 pièces non dépensées"},
	{regexp.MustCompile(`^(\d+) coins that were spent$`), "$1 pièces dépensées"},
	{regexp.MustCompile(`= (\d+) coins that were not spent, and (\d+) that were$`), "= $1 pièces non dépensées, et $2 dépensées"},
	{regexp.MustCompile(`^(.+) of what was paid for (\S+)`), "$1 de ce qui a été payé pour $2"},
	{regexp.MustCompile(`^Spent on a gift$`), "Dépensé pour un cadeau"},
	{regexp.MustCompile(`^Still in the wallet$`), "Encore dans le portefeuille"},
	{regexp.MustCompile(`^further earnings$`), "autres gains"},
	{regexp.MustCompile(`^on the other pages$`), "sur les autres pages"},
	{regexp.MustCompile(`^further gifts of the day$`), "autres cadeaux du jour"},
	{regexp.MustCompile(`^further taps$`), "autres appuis"},
	{regexp.MustCompile(`^coins without a lot$`), "pièces sans lot"},
	{regexp.MustCompile(`^other coins of this purchase$`), "autres pièces de cet achat"},
	{regexp.MustCompile(`^spent on further gifts$`), "dépensé pour d’autres cadeaux"},
	{regexp.MustCompile(`^the sum of 1 earning =`), "la somme de 1 gain ="},
	{regexp.MustCompile(`^the sum of (\d+) earnings =`), "la somme de $1 gains ="},
	{regexp.MustCompile(`, the remaining (.+) stays with the platform`), ", le reste, $1, va à la plateforme"},
	{regexp.MustCompile(`, of which (.+) went into this payout`), ", dont $1 sont dans ce versement"},
	{regexp.MustCompile(`(\d+) of the (\d+) coins that cost (.+); (\d+) are left`), "$1 des $2 pièces qui ont coûté $3 ; il en reste $4"},
	{regexp.MustCompile(`(\d+) of the (\d+) coins of a promotion; (\d+) are left`), "$1 des $2 pièces d’une promotion ; il en reste $3"},
	{regexp.MustCompile(`^charged (.+) as (\S*), settled as (.+); the provider kept (.+) of it, which the platform bore`), "débité $1 sous $2, réglé en $3 ; le prestataire en a gardé $4, à la charge de la plateforme"},
	{regexp.MustCompile(`^charged (.+) as (\S*); the provider kept (.+) of it, which the platform bore`), "débité $1 sous $2 ; le prestataire en a gardé $3, à la charge de la plateforme"},
	{regexp.MustCompile(`^charged (.+) as (\S*), settled as (.+); the provider kept (.+) of it$`), "débité $1 sous $2, réglé en $3 ; le prestataire en a gardé $4"},
	{regexp.MustCompile(`^charged (.+) as (\S*); the provider kept (.+) of it$`), "débité $1 sous $2 ; le prestataire en a gardé $3"},
	{regexp.MustCompile(`^charged (.+) as (\S*); the provider has not said yet what it keeps`), "débité $1 sous $2 ; le prestataire n’a pas encore dit ce qu’il garde"},
	{regexp.MustCompile(`^(.+) were asked for, and nothing was charged`), "$1 ont été demandés, et rien n’a été débité"},
	{regexp.MustCompile(`^(.+) are asked for; the outcome is not known yet`), "$1 sont demandés ; l’issue n’est pas encore connue"},
	{regexp.MustCompile(`(\d+) taps =`), "$1 appuis ="},
	{regexp.MustCompile(`(\d+) coins`), "$1 pièces"},
	{regexp.MustCompile(`(\d+) diamonds in (\S+)`), "$1 diamants dans $2"},
	{regexp.MustCompile(`(\d+) diamonds`), "$1 diamants"},
}

// reported returns a title or a formula of a report in the visitor's language.
func (v *visit) reported(s string) string {
	if v.lang != "fr" {
		return s
	}
	for _, p := range reportFrench {
		s = p.english.ReplaceAllString(s, p.french)
	}
	return s
}

// sentence returns a rule's sentence in the visitor's language; lang is the
// language that it is in, if it is another one.
func (v *visit) sentence(s string) (text, lang string) {
	if v.lang == "en" {
		return s, ""
	}
	if v.site.cfg.Translate != nil {
		if text = v.site.cfg.Translate(v.lang, s); text != s {
			return text, ""
		}
	}
	return s, "en"
}
