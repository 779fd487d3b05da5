package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// taxRoutes is the table's part about what operators report of creators' years.
func (a *API) taxRoutes() {
	operator := []option{needs(people.Admin), impersonal(), tagged("operations"), within(2 * time.Minute)}
	get(a, "/v1/tax-years/{year}", a.taxYear, "What each creator got in a calendar year", operator...)
	raw[TaxYearPath, none](a, http.MethodGet, "/v1/tax-years/{year}/creators.csv", a.taxYearCSV, "The same year as a CSV file, all creators", append(operator, produces("text/csv"))...)
}

// TaxYearPath is the part of an address that names a year.
type TaxYearPath struct {
	Year int64 `path:"year" minimum:"1" maximum:"9999" doc:"The calendar year in UTC, such as 2026"`
}

type taxYearIn struct {
	TaxYearPath
	Page
}

type taxCreatorView struct {
	Object     string            `json:"object" enum:"tax_creator"`
	Creator    id.Person         `json:"creator" doc:"Whose year it is"`
	Handle     string            `json:"handle,omitempty" doc:"Their handle"`
	Name       string            `json:"name" doc:"How they are called"`
	Region     string            `json:"region,omitempty" doc:"Where they live, ISO 3166-1"`
	Year       int64             `json:"year" doc:"The calendar year in UTC"`
	AsOf       Instant           `json:"as_of" doc:"The end of the year, or now while it has not ended"`
	State      string            `json:"state" enum:"final,preliminary" doc:"preliminary while the year has not ended"`
	Currencies []taxCurrencyView `json:"currencies" doc:"One for each currency in which anything was available in the year"`
}

type taxCurrencyView struct {
	Opening    amount `json:"opening" doc:"What was available at the beginning"`
	Gifts      amount `json:"gifts" doc:"Of gifts on LIVEs that became available, as the rate cards convert diamonds: the platform's part is not in it"`
	VideoGifts amount `json:"video_gifts" doc:"The same of gifts on videos"`
	Tips       amount `json:"tips" doc:"What arrived of tips, gross"`
	CardFees   amount `json:"card_fees" doc:"What the payment provider kept of tips, 0 or below; the platform keeps nothing"`
	MadeUp     amount `json:"made_up" doc:"What the platform made up for of that fee"`
	TakenBack  amount `json:"taken_back" doc:"What refunds and disputes took back, less what they gave back"`
	Net        amount `json:"net" doc:"What the creator got: the sum of the six before"`
	Paid       amount `json:"paid_out" doc:"What left for the bank, less what came back"`
	Closing    amount `json:"closing" doc:"What was available at the end: opening + net - paid_out"`
}

func viewTaxCreator(y *report.TaxYear, c report.TaxCreator) taxCreatorView {
	v := taxCreatorView{Object: "tax_creator", Creator: c.Creator.ID, Handle: c.Creator.Handle, Name: c.Creator.Name, Region: c.Creator.Region, Year: int64(y.Year), AsOf: at(y.AsOfUS), State: y.State()}
	for _, x := range c.Currencies {
		of := func(units int64) amount { return amount{Units: units, Asset: x.Asset} }
		v.Currencies = append(v.Currencies, taxCurrencyView{of(x.Opening), of(x.Gifts), of(x.VideoGifts), of(x.Tips), of(x.CardFees), of(x.MadeUp), of(x.TakenBack()), of(x.Net()), of(x.Paid), of(x.Closing)})
	}
	return v
}

func (a *API) taxYear(ctx context.Context, in *taxYearIn) (*listOut[taxCreatorView], error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	y, err := report.Ask3(ctx, a.cfg.Services.Reader, report.TaxYearOf, int(in.Year), id.Person(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, y.Creators, func(c report.TaxCreator) string { return string(c.Creator.ID) }, func(c report.TaxCreator) taxCreatorView { return viewTaxCreator(&y, c) }), nil
}

func (a *API) taxYearCSV(w http.ResponseWriter, r *http.Request) error {
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil {
		return fault.New(fault.NotFound, "There is nothing of the year %s.", fault.Clip(r.PathValue("year")))
	}
	y, err := report.Ask1(r.Context(), a.cfg.Services.Reader, report.TaxYearOfAll, year)
	if err != nil {
		return err
	}
	writeFile(w, r, "text/csv; charset=utf-8; header=present", fmt.Sprintf("creators-%d.csv", year))
	if r.Method == http.MethodHead {
		return nil
	}
	return y.WriteCSV(w)
}
