package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/id"
)

// idFormat is the format of ids in the schemas.
const idFormat = "id"

// idSchema describes an id: its prefix and 26 characters.
func idSchema(prefix id.Kind) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: idFormat,
		Pattern:            "^" + string(prefix) + "_[0-7][0-9a-hjkmnp-tv-z]{25}$",
		PatternDescription: "an id that begins with " + string(prefix) + "_",
		Examples:           []any{id.Format(prefix, 0x019a3cf1ea007000, 0x9234567890abcdef)},
	}
}

// A type of package id has a schema through an alias: it can not have one of
// its own, because it knows nothing of HTTP. A kind without an alias is a
// plain text in the schema, and the rule that looks it up refuses it.
type (
	personID     string
	lotID        string
	purchaseID   string
	giftID       string
	comboID      string
	videoID      string
	liveID       string
	earningID    string
	payoutID     string
	paymentID    string
	cardID       string
	eventID      string
	keyID        string
	refundID     string
	transferID   string
	sessionID    string
	payAccountID string
	endpointID   string
	deliveryID   string
	goalID       string
	messageID    string
	caseID       string
	tipID        string
	disputeID    string
	clawID       string
)

func (personID) Schema(huma.Registry) *huma.Schema     { return idSchema(id.KindPerson) }
func (lotID) Schema(huma.Registry) *huma.Schema        { return idSchema(id.KindLot) }
func (purchaseID) Schema(huma.Registry) *huma.Schema   { return idSchema(id.KindPurchase) }
func (giftID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindGift) }
func (comboID) Schema(huma.Registry) *huma.Schema      { return idSchema(id.KindCombo) }
func (videoID) Schema(huma.Registry) *huma.Schema      { return idSchema(id.KindVideo) }
func (liveID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindLive) }
func (earningID) Schema(huma.Registry) *huma.Schema    { return idSchema(id.KindEarning) }
func (payoutID) Schema(huma.Registry) *huma.Schema     { return idSchema(id.KindPayout) }
func (paymentID) Schema(huma.Registry) *huma.Schema    { return idSchema(id.KindPayment) }
func (cardID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindCard) }
func (eventID) Schema(huma.Registry) *huma.Schema      { return idSchema(id.KindEvent) }
func (keyID) Schema(huma.Registry) *huma.Schema        { return idSchema(id.KindKey) }
func (refundID) Schema(huma.Registry) *huma.Schema     { return idSchema(id.KindRefund) }
func (transferID) Schema(huma.Registry) *huma.Schema   { return idSchema(id.KindTransfer) }
func (sessionID) Schema(huma.Registry) *huma.Schema    { return idSchema(id.KindSession) }
func (payAccountID) Schema(huma.Registry) *huma.Schema { return idSchema(id.KindPayAccount) }
func (endpointID) Schema(huma.Registry) *huma.Schema   { return idSchema(id.KindEndpoint) }
func (deliveryID) Schema(huma.Registry) *huma.Schema   { return idSchema(id.KindDelivery) }
func (goalID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindGoal) }
func (messageID) Schema(huma.Registry) *huma.Schema    { return idSchema(id.KindMessage) }
func (caseID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindCase) }
func (tipID) Schema(huma.Registry) *huma.Schema        { return idSchema(id.KindTip) }
func (disputeID) Schema(huma.Registry) *huma.Schema    { return idSchema(id.KindDispute) }
func (clawID) Schema(huma.Registry) *huma.Schema       { return idSchema(id.KindClaw) }

// idAliases pairs the types of package id with their schemas.
var idAliases = map[reflect.Type]reflect.Type{
	reflect.TypeFor[id.Person]():     reflect.TypeFor[personID](),
	reflect.TypeFor[id.Lot]():        reflect.TypeFor[lotID](),
	reflect.TypeFor[id.Purchase]():   reflect.TypeFor[purchaseID](),
	reflect.TypeFor[id.Gift]():       reflect.TypeFor[giftID](),
	reflect.TypeFor[id.Combo]():      reflect.TypeFor[comboID](),
	reflect.TypeFor[id.Video]():      reflect.TypeFor[videoID](),
	reflect.TypeFor[id.Live]():       reflect.TypeFor[liveID](),
	reflect.TypeFor[id.Earning]():    reflect.TypeFor[earningID](),
	reflect.TypeFor[id.Payout]():     reflect.TypeFor[payoutID](),
	reflect.TypeFor[id.Payment]():    reflect.TypeFor[paymentID](),
	reflect.TypeFor[id.Card]():       reflect.TypeFor[cardID](),
	reflect.TypeFor[id.Event]():      reflect.TypeFor[eventID](),
	reflect.TypeFor[id.Key]():        reflect.TypeFor[keyID](),
	reflect.TypeFor[id.Refund]():     reflect.TypeFor[refundID](),
	reflect.TypeFor[id.Transfer]():   reflect.TypeFor[transferID](),
	reflect.TypeFor[id.Session]():    reflect.TypeFor[sessionID](),
	reflect.TypeFor[id.PayAccount](): reflect.TypeFor[payAccountID](),
	reflect.TypeFor[id.Endpoint]():   reflect.TypeFor[endpointID](),
	reflect.TypeFor[id.Delivery]():   reflect.TypeFor[deliveryID](),
	reflect.TypeFor[id.Goal]():       reflect.TypeFor[goalID](),
	reflect.TypeFor[id.Message]():    reflect.TypeFor[messageID](),
	reflect.TypeFor[id.Case]():       reflect.TypeFor[caseID](),
	reflect.TypeFor[id.Tip]():        reflect.TypeFor[tipID](),
	reflect.TypeFor[id.Dispute]():    reflect.TypeFor[disputeID](),
	reflect.TypeFor[id.Claw]():       reflect.TypeFor[clawID](),
}
