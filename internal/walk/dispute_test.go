package walk

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestDispute is how an operator answers the bank of a card: a fan's purchase is
// disputed, stands in the list with the day until when it has to be answered, and
// is won with what the records say.
func TestDispute(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Become("Olu")
	b.Go(s.url + "/dev/sandbox")
	b.Do("let the bank dispute a purchase", browsertest.See(`button[value="dispute"]`))
	b.Enter(`button[value="dispute"]`)
	b.Until("read that it does", `document.body.textContent.includes('The bank disputes')`)
	b.Go(s.url + "/op/disputes")
	b.Do("find it in the list", browsertest.See(`#disputes tbody a.button`))
	b.Accessible("the disputes")
	b.Shot("disputes")
	b.Enter(`#disputes tbody a.button`)
	b.Do("see what it is about", browsertest.See("#evidence"))
	b.Accessible("a dispute")
	b.Shot("dispute")
	if prepared := b.Value(`document.querySelector('#evidence').value`); !strings.Contains(prepared, "ends in 4242") || !strings.Contains(prepared, "virtual coins") {
		t.Errorf("the prepared answer is %q", prepared)
	}
	b.Fill("#evidence", "winning_evidence")
	b.Enter(`form[action$="/answer"] button`)
	b.Do("hand it in", browsertest.See(".notice.good"))
	b.Until("see it won", `document.querySelector('.page-head')?.textContent.includes('won')`)
	b.Shot("dispute-won")
	b.Go(s.url + "/op/disputes?state=ended")
	b.Until("find it among those that ended", `document.querySelector('#disputes tbody')?.textContent.includes('won')`)
}
