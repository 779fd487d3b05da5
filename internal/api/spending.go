package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
)

type spendingView struct {
	Object   string            `json:"object" enum:"spending"`
	From     string            `json:"from" format:"date" doc:"The first UTC day"`
	To       string            `json:"to" format:"date" doc:"The last UTC day, which is today"`
	Zone     string            `json:"zone" doc:"In which days begin and end"`
	Coins    amount            `json:"coins" doc:"All that was given: the sum of the days, of the creators, and of the entries of the wallet with the kind gift.sent"`
	Days     []spendingDay     `json:"days" doc:"Every day, the oldest first"`
	Creators []spendingCreator `json:"creators" doc:"To whom, the most coins first"`
}

type spendingDay struct {
	Day   string `json:"day" format:"date" doc:"The UTC day"`
	Coins amount `json:"coins" doc:"What was given on it"`
}

type spendingCreator struct {
	Creator id.Person `json:"creator" doc:"To whom"`
	Name    string    `json:"name" doc:"How the creator is called"`
	Handle  string    `json:"handle,omitempty" doc:"The creator's handle"`
	Coins   amount    `json:"coins" doc:"What was given to them"`
}

func (a *API) spendingGet(ctx context.Context, _ *struct{}) (*struct{ Body spendingView }, error) {
	s, err := a.cfg.Services.Reader.Spending(ctx, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	v := spendingView{"spending", s.From.Format(time.DateOnly), s.To.Format(time.DateOnly), payout.Zone, coins(s.Coins), []spendingDay{}, []spendingCreator{}}
	for _, d := range s.Days {
		v.Days = append(v.Days, spendingDay{d.Day.Format(time.DateOnly), coins(d.Coins)})
	}
	for _, c := range s.Creators {
		who := s.People[c.Creator]
		v.Creators = append(v.Creators, spendingCreator{c.Creator, who.Name, who.Handle, coins(c.Coins)})
	}
	return &struct{ Body spendingView }{v}, nil
}
