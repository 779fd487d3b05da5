package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// memberDocs describe the members that a problem has beside those of every
// problem: what fault.With names anywhere. A test finds those that are
// missing here.
//
//nolint:misspell // half of it is French
var memberDocs = map[string][2]string{
	"available":       {"The amount that could be paid out", "Le montant qui pourrait être versé"},
	"balance":         {"The coins that the wallet holds, as an amount", "Les pièces du porte-monnaie, comme montant"},
	"cap":             {"The person's own limit, as an amount; with confirm_above what a purchase may cost without being confirmed", "La limite que la personne s’est fixée, comme montant ; avec confirm_above ce qu’un achat peut coûter sans être confirmé"},
	"count":           {"The gifts in the combo when it ended", "Les cadeaux du combo à sa fin"},
	"counted":         {"What has no room for it: account, or card for what everybody paid with that card together", "Ce qui n’a plus de place : account, ou card pour ce que tous ont payé ensemble avec cette carte"},
	"creator":         {"The creator for whom the programme does not work", "Le créateur pour qui le programme ne marche pas"},
	"decline_code":    {"Why the card was refused, as the provider names it", "Pourquoi la carte a été refusée, comme le prestataire le nomme"},
	"disabled_reason": {"The provider's word for why the payout account is closed", "Le mot du prestataire pour la fermeture du compte de versement"},
	"ends_at":         {"When the break ends that the person has chosen", "Quand finit la pause que la personne a choisie"},
	"estimated_at":    {"When all criteria will be met at the present pace; missing when that can not be said", "Quand tous les critères seront remplis au rythme actuel ; absent si on ne peut pas le dire"},
	"expected_seq":    {"The number that the next tap of the combo has", "Le numéro du prochain tap du combo"},
	"left":            {"What can still be spent in the window, as an amount", "Ce qui peut encore être dépensé dans la période, comme montant"},
	"left_today":      {"The amount that can still be paid out today (UTC)", "Le montant qui peut encore être versé aujourd’hui (UTC)"},
	"limit":           {"Which limit it is: of the person's own day, week, month, cool_off or confirm_above; of tips day or tips_a_day, which is a number; of everybody rolling or new_account", "De quelle limite il s’agit : de celles de la personne day, week, month, cool_off ou confirm_above ; des pourboires day ou tips_a_day, qui est un nombre ; de tous rolling ou new_account"},
	"minimum":         {"The least amount of a payout", "Le plus petit montant d’un versement"},
	"missing":         {"What is lacking. With insufficient_balance the coins to buy, as an amount; with kyc_required what the provider still wants to know, in words; with not_eligible the criteria that are not met, each with metric, op, threshold, value and missing", "Ce qui manque. Avec insufficient_balance les pièces à acheter, comme montant ; avec kyc_required ce que le prestataire veut encore savoir, en mots ; avec not_eligible les critères non remplis, chacun avec metric, op, threshold, value et missing"},
	"most":            {"The most that can be asked for now", "Le plus qu’on peut demander maintenant"},
	"person":          {"The person that there is already", "La personne qu’il y a déjà"},
	"policy":          {"The version of the rules that judged", "La version des règles qui ont jugé"},
	"price":           {"What one costs now, as an amount", "Ce que coûte l’unité maintenant, comme montant"},
	"programme":       {"The programme concerned", "Le programme concerné"},
	"purchase":        {"The purchase that failed", "L’achat qui a échoué"},
	"reapply_at":      {"From when the person may apply again", "À partir de quand la personne peut redemander"},
	"refundable":      {"The most that can be given back, as an amount", "Le plus qui peut être rendu, comme montant"},
	"region":          {"The region whose rules judged: ISO 3166-1, or * for everywhere", "La région dont les règles ont jugé : ISO 3166-1, ou * pour partout"},
	"resets_at":       {"When the window of the limit begins anew", "Quand la période de la limite recommence"},
	"scope":           {"The scope that the key needs", "La portée qu’il faut à la clé"},
	"spent":           {"What is spent in the window, as an amount", "Ce qui est dépensé dans la période, comme montant"},
	"state":           {"How the person stands to the programme", "Où en est la personne avec le programme"},
	"supported":       {"The versions of the API that this server speaks", "Les versions de l’API que ce serveur parle"},
	"tip":             {"The tip that failed", "Le pourboire qui a échoué"},
}

// codeMembers are the members that a problem of a code may have.
var codeMembers = map[fault.Code][]string{
	fault.InsufficientBalance:   {"balance", "missing", "available"},
	fault.PriceChanged:          {"price"},
	fault.CardDeclined:          {"decline_code", "purchase", "tip"},
	fault.NotEligible:           {"programme", "creator", "state", "policy", "region", "missing", "estimated_at", "reapply_at"},
	fault.KYCRequired:           {"missing", "disabled_reason", "creator"},
	fault.LimitReached:          {"limit", "cap", "spent", "left", "resets_at", "ends_at", "left_today", "most"},
	fault.DailyLimit:            {"limit", "cap", "left", "resets_at"},
	fault.VelocityLimit:         {"limit", "cap", "counted", "left", "resets_at"},
	fault.NewAccountLimit:       {"limit", "cap", "counted", "left", "resets_at"},
	fault.PayoutBelowMinimum:    {"minimum", "available"},
	fault.StateConflict:         {"expected_seq", "person", "ends_at"},
	fault.AlreadyDone:           {"expected_seq"},
	fault.Gone:                  {"count"},
	fault.ScopeMissing:          {"scope"},
	fault.RefundExceedsOriginal: {"refundable"},
	fault.APIVersionUnknown:     {"supported"},
}

// problemMember is a member in words.
type problemMember struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// membersFor returns the members of a code in words.
func membersFor(l Language, code fault.Code) []problemMember {
	all := []problemMember{}
	for _, name := range codeMembers[code] {
		all = append(all, problemMember{name, memberDocs[name][l]})
	}
	return all
}

// describeMembers adds the members to the schema of a problem.
func describeMembers(s *huma.Schema) {
	for name, docs := range memberDocs {
		doc := docs[English]
		m := &huma.Schema{Description: doc}
		switch name {
		case "available", "balance", "cap", "left", "left_today", "minimum", "most", "price", "spent":
			m = &huma.Schema{Ref: "#/components/schemas/Amount", Description: doc}
		case "count", "expected_seq":
			m.Type, m.Format = huma.TypeInteger, "int64"
		case "supported":
			m.Type, m.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
		case "missing":
			m.OneOf = []*huma.Schema{{Ref: "#/components/schemas/Amount"}, {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}, {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}}
		case "ends_at", "estimated_at", "reapply_at", "resets_at":
			m.Type, m.Format = huma.TypeString, "date-time"
		default:
			m.Type = huma.TypeString
		}
		s.Properties[name] = m
	}
}

// membersOf writes the data of a fault as the API shows everything: coins are
// amounts, times have one form, what is not known is left out.
func membersOf(l Language, f *fault.Error) map[string]any {
	if len(f.Data) == 0 {
		return nil
	}
	all := make(map[string]any, len(f.Data))
	for name, value := range f.Data {
		switch v := value.(type) {
		case int64:
			if name == "balance" || name == "missing" || name == "price" {
				value = coins(v)
			}
		case string:
			if v == "" {
				continue
			}
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				value = Instant(t.UnixMicro())
			}
		case money.Amount:
		case []string:
			if f.Code == fault.KYCRequired {
				value = dueInWords(l, v)
			}
		}
		all[name] = value
	}
	return all
}
