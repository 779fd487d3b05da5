package api

import (
	"fmt"

	"github.com/danielgtaylor/huma/v2"
)

// Most properties carry their description as a tag beside the field. Those of
// this file belong to types of other packages, or have the same meaning
// wherever they stand.

// propertyDocs describe a property by its schema and name, or by its name
// alone.
var propertyDocs = map[string]string{
	"Account.path": "Names the account, such as creator/usr_…/available", "Account.asset": "What the account holds", "Account.balance": "Its balance in smallest units of the asset; below zero for what the world owes or is owed",
	"Amount.amount": "Whole smallest units of the asset, such as cents", "Amount.asset": "A currency (ISO 4217), COIN or DIAMOND",

	"AudienceInBody.followers": "How many people follow the person", "AudienceInBody.live_minutes": "Minutes of LIVE so far",
	"AudienceInBody.public_posts_30d": "Public posts in the last 30 days", "AudienceInBody.views_30d": "Views in the last 30 days",

	"pending_diamonds": "Diamonds whose hold is not over", "rule": "The version of the rules that counted",
	"Card.brand": "The network, such as visa", "Card.last4": "The last four digits", "Card.exp_month": "The month in which it expires, from 1", "Card.exp_year": "The year in which it expires",
	"return_url": "Where the person comes back to: an absolute http or https address",

	"metric": "What is measured", "op": "How value and threshold are compared", "threshold": "What is asked for", "words": "The words that are allowed, or are not",
	"word": "The person's own word, where words are compared", "met": "Whether the criterion is met", "Criterion.missing": "How much is missing to the threshold",
	"programme": "The programme's name in addresses", "Enrolment.state": "How the person stands to it", "Standing.state": "How the person stands to it",
	"Enrolment.reason": "Why, for grace and refusals", "Standing.reason": "Why, for grace and refusals", "Standing.eligible": "Whether all criteria are met now",
	"Standing.criteria": "Each criterion with the person's own value", "Standing.region": "Whose rules judged: ISO 3166-1, or * for everywhere",
	"Policy.criteria": "What the programme asks for", "Policy.version": "The version of these rules",

	"Earning.diamonds": "What was collected", "Earning.state": "How far the money is", "EventsOutBody.data": "The events, oldest first", "EventsOutBody.has_more": "Whether there are more after these",
	"Finding.rule": "The rule that does not hold", "Finding.where": "What it does not hold for", "Finding.detail": "What was found, with the numbers",

	"Gift.combo": "The combo, when it was a tap of one", "Gift.gift": "The gift of the catalogue", "Gift.quantity": "How many", "Gift.sender": "Who gave it", "Gift.target": "The LIVE or the video",
	"GiftBatchInBody.gifts": "The gifts, decided in this order", "quantity": "How many; 1 when left out",
	"GiftItem.name": "How people call it", "GiftItem.on_live": "Whether it can be given on a LIVE", "GiftItem.on_video": "Whether it can be given on a video",
	"GiftTap.id": "The combo", "GiftTap.seq": "The number of the tap", "GiftTap.coins_total": "Coins of the combo up to and with this tap",
	"GiftVerdict.gift": "The gift, when it was given", "GiftVerdict.problem": "Why it was not given", "GiftVerdict.replay": "Whether this is the answer to an earlier request with the same key",
	"on": "Whether gifts can be given", "GiftsSwitchOutBody.target": "The LIVE or the video",

	"Lot.left": "What is not spent of it", "Lot.paid": "What the person paid; missing for a promotion", "Lot.promo": "Whether it was a promotion",
	"Pack.coins": "How many coins", "Pack.price": "What they cost", "Purchase.coins": "How many coins", "Purchase.price": "What they cost",
	"bank": "The bank's name", "bank_last4": "The last four digits of the bank account", "disabled_reason": "Why the provider has closed the account",
	"Payout.amount": "What is paid out", "Payout.state": "How far it is", "failure_code": "Why it failed, as the provider names it", "failure_reason": "Why it failed, in a sentence",

	"account_kind": "What kind of account it is", "external_id": "The host platform's id of the person", "handle": "The short name in addresses and mentions", "locale": "The language, as in BCP 47",
	"name": "How the person is called", "roles": "What the person may be here", "suspended": "Whether the person may do nothing at the moment", "email": "For receipts and payouts",
	"State.earnings": "What the creator is owed", "State.person": "Who it is", "State.wallet": "The coins that can be spent",

	"Report.accounts": "Accounts that were looked at", "Report.checks": "The rules that were checked", "Report.findings": "What does not hold; empty when the books are right", "Report.head": "The end of the chain of hashes",
	"Report.hidden": "Findings beyond those that are listed", "Report.lines": "Lines that were added up", "Report.transfers": "Transfers that were looked at",

	"creator": "Whose it is", "gifts_on": "Whether gifts can be given on it", "poster": "A picture: a file of the media folder, or an https URL", "title": "What it is called", "Room.state": "Whether it is live",
	"media": "The clip: a file of the media folder, or an https URL", "duration_ms": "How long it is, in milliseconds", "description": "What it is about", "width": "Of the picture, in pixels", "height": "Of the picture, in pixels",

	"amount": "How much it is", "at": "When it happened", "formula": "How the amount follows from its parts", "id": "Names it for ever", "kind": "What it is", "parts": "What it is made of",
	"parts_of": "How many parts there are in all", "state": "How far it is", "Step.rule": "The version of the rules that counted", "Trace.rule": "The version of the rules that counted",
}

// parameterDocs describe parameters by their name.
var parameterDocs = map[string]string{
	"id": "The id of the thing", "limit": "How many entries at most", "external_id": "The host platform's id of the person",
}

// describeProperties fills the descriptions in.
func describeProperties(doc *huma.OpenAPI) {
	for name, s := range doc.Components.Schemas.Map() {
		for property, p := range s.Properties {
			switch {
			case p.Description != "":
			case property == "object" && len(p.Enum) == 1:
				p.Description = fmt.Sprintf("Says what this is: always %v", p.Enum[0])
			case propertyDocs[name+"."+property] != "":
				p.Description = propertyDocs[name+"."+property]
			default:
				p.Description = propertyDocs[property]
			}
		}
	}
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				if p.Ref == "" && p.Description == "" {
					p.Description = parameterDocs[p.Name]
				}
			}
		}
	}
}
