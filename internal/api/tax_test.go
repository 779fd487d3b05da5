package api

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestTaxYear reads what creators got in a year, as JSON and as a file, which
// operators may.
func TestTaxYear(t *testing.T) {
	s := newRefunds(t)
	first, second := s.g.Creator(), s.g.Creator()
	s.g.Give(s.fan, "rose", s.g.Live(first), 60)
	s.g.Give(s.fan, "rose", s.g.Video(second), 20)
	s.g.Later(10 * 24 * time.Hour)
	s.fan = s.g.Person()
	s.me = s.session(t, s.fan)
	year := s.g.Clk.Now().Year()
	path := fmt.Sprintf("/v1/tax-years/%d", year)
	wantProblem(t, s.ask(t, "GET "+path, s.me), fault.ScopeMissing)
	wantProblem(t, s.ask(t, "GET "+path+"/creators.csv", s.me), fault.ScopeMissing)
	for _, none := range []string{"1", "1970", fmt.Sprint(year + 1), "9999"} {
		wantProblem(t, s.ask(t, "GET /v1/tax-years/"+none, s.operator), fault.NotFound)
		wantProblem(t, s.ask(t, "GET /v1/tax-years/"+none+"/creators.csv", s.operator), fault.NotFound)
	}
	page := s.answered(t, 200, "GET "+path+"?limit=1", s.operator)
	all := page["data"].([]any)
	page = s.answered(t, 200, "GET "+path+"?limit=1&cursor="+page["next_cursor"].(string), s.operator)
	if all = append(all, page["data"].([]any)...); len(all) != 2 || page["has_more"] != false {
		t.Fatalf("the creators are %v", all)
	}
	rows, err := csv.NewReader(strings.NewReader(s.ask(t, "GET "+path+"/creators.csv", s.operator).Body.String())).ReadAll()
	s.g.OK(err)
	if len(rows) != 3 {
		t.Fatalf("the file is %v", rows)
	}
	for i, v := range all {
		c := v.(map[string]any)
		usd := c["currencies"].([]any)[0].(map[string]any)
		row := rows[i+1]
		if c["creator"] != row[3] || c["state"] != "preliminary" || row[1] != "preliminary" {
			t.Errorf("%v beside %v", c, row)
		}
		for j, name := range rows[0] {
			if j < 8 {
				continue
			}
			if cell := fmt.Sprintf("%.2f", units(usd, name)/100); cell != row[j] {
				t.Errorf("%s is %s, and in the file %s", name, cell, row[j])
			}
		}
		if kind := map[bool]string{true: "gifts", false: "video_gifts"}[c["creator"] == string(first)]; units(usd, kind) == 0 || units(usd, kind) != units(usd, "net") || units(usd, "net") != units(usd, "closing") {
			t.Errorf("the year is %v", usd)
		}
	}
}
