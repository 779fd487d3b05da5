package walk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// BenchmarkSeen measures how long it takes from the tap on a gift in one browser
// until another browser has drawn it: the request, the commit, the stream and
// the picture.
func BenchmarkSeen(b *testing.B) {
	s := open(b)
	room := "/live/" + s.world.Content["live"]
	fan, other := s.browser(), s.browser()
	fan.Become("Fay")
	fan.Go(s.url + room)
	fan.Do("be in the room", browsertest.See("#stage[data-connected]"))
	fan.Do("choose", browsertest.Click(`label:has(input[data-name="Spark"])`))
	other.Go(s.url + room)
	other.Do("be in the room", browsertest.See("#stage[data-connected]"))
	const instant = `performance.timeOrigin + performance.now()`
	other.Do("watch", browsertest.Run(`(() => {
		window.drawn = [];
		const note = () => requestAnimationFrame(() => setTimeout(() => window.drawn.push(`+instant+`)));
		for (const id of ['feed', 'fireworks']) new MutationObserver(note).observe(document.getElementById(id), { childList: true, subtree: true, characterData: true });
	})()`))
	var took []float64
	for b.Loop() {
		other.Do("forget what was drawn", browsertest.Run(`window.drawn = []`))
		fan.Do("remember when it was tapped", browsertest.Run(`document.getElementById('send').addEventListener('pointerdown', () => { window.tapped = `+instant+`; }, { once: true })`))
		fan.Do("tap", browsertest.Click("#send"))
		other.Until("see it", `window.drawn.length`)
		at := func(t tab, expression string) float64 {
			n, err := strconv.ParseFloat(t.Value(`String(`+expression+`)`), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
		took = append(took, at(other, `window.drawn[0]`)-at(fan, `window.tapped`))
		fan.Until("have the combo over", `document.getElementById('combo').hidden`) // each tap is a gift of its own
		other.Until("have nothing left to draw", `!document.querySelector('#fireworks .burst')`)
	}
	slices.Sort(took)
	for _, p := range []int{50, 95, 100} {
		b.ReportMetric(took[max(0, (len(took)*p+99)/100-1)], strings.TrimSpace(fmt.Sprintf("ms-p%d", p)))
	}
}
