package web_test

import (
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/programme"
)

// TestUnmetReadsAsUnmet puts a criterion of words, and one of yes or no, to
// somebody who does not meet them: the words say so, not the icon alone.
func TestUnmetReadsAsUnmet(t *testing.T) {
	r := still(t)
	ctx := t.Context()
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error {
		return programme.Install(ctx, tx, []programme.Policy{{Version: "test@2", Preset: "test", Programme: programme.LiveGifts, Region: programme.Everywhere, FromUS: tx.NowUS(), GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{
				{Metric: programme.AccountKind, Op: programme.NoneOf, Words: []string{"personal", "government"}, Label: "criterion.account_kind"},
				{Metric: programme.AccountKind, Op: programme.OneOf, Words: []string{"business"}, Label: "criterion.account_kind"},
				{Metric: programme.PayoutAccountReady, Op: programme.AtLeast, Threshold: 1, Label: "criterion.payout_account_ready"},
			}}})
	}))
	for lang, want := range map[string][]string{
		"en": {"Kind of account: personal (none of: government, personal)", "Kind of account: personal (one of: business)", "Payout account ready: not yet"},
		"fr": {"Type de compte : personnel (aucun de : gouvernemental, personnel)", "Type de compte : personnel (l’un de : professionnel)", "Compte de versement prêt : pas encore"},
	} {
		b := r.browser(r.fan.ID)
		b.lang = lang
		page := b.get("/c/programmes")
		has(t, page, 200, want...)
		lacks(t, page, "fits", "convient")
	}
}
