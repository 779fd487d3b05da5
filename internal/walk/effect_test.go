package walk

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestOneEffect wants one purchase, whatever people do with the button, with
// the way back and with a second tab.
func TestOneEffect(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Become("Fay")
	b.Go(s.url + "/wallet")
	if b.Value(`String(Boolean(document.getElementById('buy-form')))`) != "true" {
		b.Do("add the test card", browsertest.Click(`form[action="/wallet/cards/test"] button`), browsertest.See("#buy-form input[type=radio][name=card]"))
	}
	had := s.purchases()
	want := func(n int, what string) {
		t.Helper()
		if got := s.purchases() - had; got != n {
			t.Errorf("%s: %d purchases, want %d", what, got, n)
		}
	}
	other := b.Another()
	other.Go(s.url + "/wallet")

	b.Do("press twice at once", browsertest.Run(`(n => { n.click(); n.click(); })(document.querySelector('#buy-form [type=submit]'))`), browsertest.See("#bought"))
	want(1, "two presses at once")
	other.Do("press in the tab that was open before", browsertest.Click("#buy-form [type=submit]"), browsertest.See("#trouble"))
	if said := other.Text("#trouble"); !strings.Contains(said, "Nothing was charged now") {
		t.Errorf("the other tab says: %s", said)
	}
	other.Accessible("a purchase that is refused")
	want(1, "a second tab")
	other.Do("buy again, after having read that", browsertest.Click("#buy-form [type=submit]"), browsertest.See("#bought"))
	want(2, "a second tab, pressed once more")

	b.Do("reload the page that thanks", chromedp.Reload(), browsertest.See("#bought"))
	want(2, "a page that is loaded again")
}

// purchases is how many purchases Fay has made.
func (s *sandbox) purchases() int {
	s.Helper()
	all, err := report.Ask1(s.Context(), s.app.Reader, func(ctx context.Context, tx *db.Tx, fan id.Person) ([]purchase.Purchase, error) {
		return purchase.OfPerson(ctx, tx, fan, "", 1000)
	}, s.world.People["fan"])
	if err != nil {
		s.Fatal(err)
	}
	return len(all)
}
