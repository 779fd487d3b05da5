package walk

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestDeveloper makes a key and sends the calls that the page writes, watches
// the events come, has them sent to a server, and makes things happen: by the
// keyboard alone.
func TestDeveloper(t *testing.T) {
	s := open(t)
	got := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("webhook-signature") + " " + string(body)
	}))
	defer receiver.Close()
	b := s.browser()
	b.Become("Olu")
	b.Go(s.url + "/dev")
	b.Enter(`form[action="/dev/key"] button`)
	b.Do("have a key", browsertest.See("#quick-secret"))
	b.Accessible("the quickstart with a key")
	key := b.Value(`document.getElementById('quick-secret').textContent.trim()`)
	for _, step := range []string{"quick-find", "quick-give", "quick-read"} {
		if code := b.Value(`document.getElementById('` + step + `').textContent`); !strings.Contains(code, "Bearer "+key) {
			t.Errorf("%s does not hold the key: %s", step, code)
		}
	}

	tail := b.Another()
	tail.Go(s.url + "/dev/events")
	tail.Until("follow", `document.body.dataset.connected`)
	s.send(b.Value(`document.getElementById('quick-give').textContent`))
	tail.Until("see the gift come", `document.querySelector('#events > li.event-fresh[data-type="gift.sent"]')`)
	tail.Enter("#tail-pause")
	before := tail.Value(`String(document.querySelectorAll('#events > li').length)`)
	s.send(strings.Replace(b.Value(`document.getElementById('quick-give').textContent`), "Idempotency-Key: ", "Idempotency-Key: again-", 1))
	tail.Until("count what is held", `document.getElementById('tail-pause').textContent.includes('new')`)
	if n := tail.Value(`String(document.querySelectorAll('#events > li').length)`); n != before {
		t.Errorf("paused, the list went from %s to %s rows", before, n)
	}
	tail.Enter("#tail-pause")
	tail.Until("show what was held", `document.querySelectorAll('#events > li').length > `+before)
	tail.Enter("#events > li summary")
	tail.Accessible("an open event")

	b.Go(s.url + "/dev/webhooks")
	b.Fill("#endpoint-url", receiver.URL+"/hook")
	b.Do("have events sent", browsertest.Press(kb.Enter), browsertest.See("#deliveries"))
	b.Enter(`form[action$="/test"] button`)
	b.Until("see it delivered without opening the page again", `[...document.querySelectorAll('#deliveries summary')].some(n => n.textContent.includes('webhook.test') && n.textContent.includes('delivered'))`)
	for message := range got { // what happened meanwhile is sent too
		if !strings.HasPrefix(message, "v1,") {
			t.Errorf("the receiver got %s", message)
		}
		if strings.Contains(message, `"type":"webhook.test"`) {
			break
		}
	}
	b.Enter("#deliveries ol.events > li:first-child summary")
	b.Do("see the delivery", browsertest.See("#deliveries details[open] table"))
	b.Accessible("an endpoint with a delivery")
	b.Size(360, 640)
	b.Narrow("an endpoint with a delivery")
	b.Size(1440, 900)

	b.Go(s.url + "/dev/sandbox")
	b.Enter(`button[value="payout.failed"]`)
	b.Until("read what happened", `document.querySelector('.happened')?.textContent.includes('payout.failed ×1')`)
	b.Accessible("the sandbox after something happened")
	b.Enter(`.happened a[data-explain]`)
	b.Do("see where it comes from", browsertest.See("#panel[open] #explanation"))

	b.Go(s.url + "/dev")
	if undone := b.Value(`[...document.querySelectorAll('.checks .mark.wait')].map(n => n.parentNode.textContent.trim()).join('; ')`); undone != "" {
		t.Errorf("the checklist still wants: %s", undone)
	}
}

// send sends what a snippet of curl would.
func (s *sandbox) send(curl string) {
	s.Helper()
	lines := strings.Split(curl, " \\\n")
	_, address, _ := strings.Cut(lines[0], `"`)
	body := ""
	head := http.Header{}
	for _, l := range lines[1:] {
		l = strings.TrimSpace(l)
		if h, ok := strings.CutPrefix(l, `-H "`); ok {
			name, value, _ := strings.Cut(strings.TrimSuffix(h, `"`), ": ")
			head.Set(name, value)
		}
		if d, ok := strings.CutPrefix(l, "-d '"); ok {
			body = strings.TrimSuffix(d, "'")
		}
	}
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, strings.TrimSuffix(address, `"`), strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header = head
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	if answer, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated {
		s.Fatalf("%s answered %d: %s", curl, res.StatusCode, answer)
	}
}
