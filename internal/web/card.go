package web

import (
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
)

// addCard leads to the provider's page on which a card is saved.
func addCard(v *visit) error {
	back := v.back("/wallet")
	to, err := v.site.cfg.Purchases.AddCard(v, v.me(), v.site.cfg.PublicURL+with(back, "did", "card_added"), v.site.cfg.PublicURL+with(back, "did", "card_canceled"))
	if err != nil {
		return err
	}
	return v.leave(to, v.T("leave.card"))
}

// testCard is the card that a sandbox saves with one click.
const testCard = "pm_card_visa"

// addTestCard saves the test card. A live provider refuses it.
func addTestCard(v *visit) error {
	if _, err := v.site.cfg.Purchases.AddTestCard(v, v.me(), testCard); err != nil {
		return err
	}
	return v.redirect(with(v.back("/wallet"), "did", "card_added"))
}

// removeCard forgets a saved card. What goes wrong is told beside the cards
// that are left.
func removeCard(v *visit) error {
	if err := v.site.cfg.Purchases.RemoveCard(v, v.me(), v.form("card")); err != nil {
		problem := v.problemOf(err)
		return showWallet(v, problem, problem.Status)
	}
	return v.redirect("/wallet?did=card_removed")
}

// with adds a name and a value to an address.
func with(address, name, value string) string {
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	path, fragment, found := strings.Cut(address, "#")
	path += mark + query(name, value)
	if found {
		path += "#" + fragment
	}
	return path
}

// savedCards are the visitor's cards.
type savedCards struct {
	All     []payment.Card
	Usable  []payment.Card // those that have not expired
	Unknown bool           // the provider does not answer
	None    bool           // nothing can be paid on this site
}

// Payable reports whether something can be paid now: with a saved card, or on the
// provider's page.
func (c *savedCards) Payable() bool { return !c.Unknown && !c.None }

// onPage is what a form sends to pay on the provider's page.
const onPage = "page"

// card reads what a form chose to pay with: the id of a saved card, or "" for the
// provider's page.
func (v *visit) card() (string, error) {
	switch card := v.form("card"); {
	case card == onPage:
		return "", nil
	case card == "":
		return "", fault.New(fault.PaymentRequired, "Choose what to pay with. Nothing was charged.")
	case len(card) > mostCard: // it would stand in keys and in the books
		return "", fault.New(fault.NotFound, "There is no such saved card.")
	default:
		return card, nil
	}
}

// mostCard is how long the id of a saved card may be, in bytes.
const mostCard = 255

// goesToPay reports whether the visitor pays on the provider's page now.
func goesToPay(c *payment.Record) bool {
	return c.OnPage() && c.Outcome == payment.RequiresAction && c.ActionURL != ""
}

// savedCards asks the provider. That it does not answer stands in the log, and the
// page says it where the cards would be.
func (v *visit) savedCards() (c savedCards) {
	if v.site.cfg.NoPayments {
		return savedCards{None: true}
	}
	all, err := v.site.cfg.Purchases.Cards(v, v.me())
	if err != nil {
		v.problemOf(err)
		return savedCards{Unknown: true}
	}
	c.All = all
	for _, card := range all {
		if !card.Expired {
			c.Usable = append(c.Usable, card)
		}
	}
	return c
}

// cardText names a card as people know it.
func (v *visit) cardText(c payment.Card) string {
	return v.T("card.text", brand(c.Brand), c.Last4, c.ExpMonth, c.ExpYear%100)
}

// brand writes the provider's word for a brand as the brand does.
func brand(b string) string {
	switch b {
	case "amex":
		return "American Express"
	case "jcb":
		return "JCB"
	case "":
		return "Card"
	}
	return strings.ToUpper(b[:1]) + b[1:]
}
