package api

import (
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// routes is the table of contents: one line for each operation. A line says
// method and path, who answers, in a sentence what it does, and what it needs.
// Tests and the OpenAPI are made from it.
func (a *API) routes() {
	// About the API itself.
	raw[none, none](a, http.MethodGet, "/openapi.json", a.openAPIGet, "This API as an OpenAPI document", public(), asPage(), tagged("about"), produces("application/json"))
	raw[none, none](a, http.MethodGet, "/docs/api", a.docsGet, "This API as a page", public(), asPage(), tagged("about"), produces("text/html"))
	raw[none, none](a, http.MethodGet, "/problems", a.problemsGet, "All codes of problems", public(), asPage(), tagged("about"), produces("text/html", "application/json"))
	raw[problemIn, none](a, http.MethodGet, "/problems/{code}", a.problemGet, "What a code means and what to do", public(), asPage(), tagged("about"), produces("text/html", "application/json"))

	// For balancers; the operator's listener has these two and /metrics.
	raw[none, none](a, http.MethodGet, "/healthz", a.health, "Whether the process lives", public(), asPage(), always(), tagged("operations"), produces("text/plain"))
	raw[none, none](a, http.MethodGet, "/readyz", a.readyPage, "Whether the instance can serve", public(), asPage(), always(), tagged("operations"), produces("text/plain"))
	a.products()
}

// products is the table's part about the products.
func (a *API) products() {
	// People.
	post(a, "/v1/people", a.personEnsure, "Make a person of the host platform, or find the one there is", needs(people.PeopleWrite), hostOnly(), also(201), fails(fault.StateConflict, fault.HandleTaken, fault.HandleInvalid, fault.AgeRestricted))
	get(a, "/v1/people", a.peopleSearch, "Look people up (operators and the host)", needs(people.PeopleRead), impersonal(), fails(fault.Forbidden))
	get(a, "/v1/people/me", a.me, "Who the caller is", needs(people.PeopleRead), forPerson())
	get(a, "/v1/people/external/{external_id}", a.personExternal, "Find a person by the host platform's id", needs(people.PeopleRead), hostOnly())
	get(a, "/v1/people/{id}", a.personGet, "A person", needs(people.PeopleRead))
	patch(a, "/v1/people/{id}", a.personPatch, "Change a person", needs(people.PeopleWrite), fails(fault.HandleTaken, fault.HandleInvalid, fault.AgeRestricted))
	get(a, "/v1/people/{id}/state", a.personState, "Everything about a person in one call", needs(people.PeopleRead))
	put(a, "/v1/people/{id}/audience", a.audiencePut, "Report what was measured of a person's audience", needs(people.PeopleWrite), hostOnly())

	a.operatorRoutes()
	a.keyRoutes()

	// Programmes.
	get(a, "/v1/programmes", a.programmeList, "The programmes and what each asks for", public())
	get(a, "/v1/eligibility", a.eligibility, "How the person stands to every programme", needs(people.PeopleRead), forPerson())
	post(a, "/v1/programmes/{programme}/join", a.programmeJoin, "Join a programme", needs(people.PeopleWrite), forPerson(), fails(fault.NotEligible))
	post(a, "/v1/programmes/{programme}/leave", a.programmeLeave, "Leave a programme", needs(people.PeopleWrite), forPerson())

	// Money in.
	get(a, "/v1/coin-packs", a.packsList, "What coins cost", public(), fails(fault.CurrencyUnsupported))
	get(a, "/v1/cards", a.cardList, "The person's saved cards", needs(people.WalletRead), forPerson(), fails(fault.UpstreamFailed))
	post(a, "/v1/cards/link", a.cardLink, "A page of the provider on which the person saves a card", needs(people.CoinsBuy), forPerson(), fails(fault.URLNotAllowed, fault.UpstreamFailed))
	post(a, "/v1/cards/test", a.cardTest, "Save a test card (sandbox and test mode only)", needs(people.CoinsBuy), forPerson(), status(201), fails(fault.CardDeclined, fault.UpstreamFailed))
	remove(a, "/v1/cards/{id}", a.cardRemove, "Remove a saved card of the person", needs(people.CoinsBuy), forPerson(), fails(fault.UpstreamFailed))
	post(a, "/v1/coin-purchases", a.purchaseCreate, "Buy coins with a card", needs(people.CoinsBuy), forPerson(), keyed(), status(201), also(202), class(classMoney), fails(fault.CardDeclined, fault.PriceChanged, fault.CurrencyUnsupported, fault.CurrencyMismatch, fault.LimitReached, fault.VelocityLimit, fault.NewAccountLimit, fault.URLNotAllowed, fault.UpstreamFailed, fault.AgeRestricted, fault.IdempotencyKeyReused))
	get(a, "/v1/coin-purchases", a.purchaseList, "The person's purchases", needs(people.WalletRead), forPerson())
	get(a, "/v1/coin-purchases/{id}", a.purchaseGet, "A purchase", needs(people.WalletRead))
	a.receiptRoutes()
	get(a, "/v1/wallet/spending", a.spendingGet, "What the person gave in the last 30 days, by day and by creator", needs(people.WalletRead), forPerson())
	get(a, "/v1/wallet", a.walletGet, "The person's coins", needs(people.WalletRead), forPerson())
	get(a, "/v1/wallet/lots", a.walletLots, "The person's lots of coins", needs(people.WalletRead), forPerson())
	get(a, "/v1/wallet/entries", a.walletEntries, "Every change of the person's coins", needs(people.WalletRead), forPerson())
	a.limitRoutes()
	a.tipRoutes()

	// Gifts.
	get(a, "/v1/gift-catalog", a.giftCatalog, "The gifts that can be given", public())
	raw[giftIn, giftOut](a, http.MethodPost, "/v1/gifts", a.giftSend, "Send a gift, or tap a combo", needs(people.GiftsSend), forPerson(), keyed(), status(201), class(classStorm),
		fails(fault.InsufficientBalance, fault.PriceChanged, fault.NotEligible, fault.SelfGift, fault.StateConflict, fault.AlreadyDone, fault.Gone, fault.LimitReached, fault.AgeRestricted, fault.IdempotencyKeyReused))
	raw[giftBatchIn, giftBatchOut](a, http.MethodPost, "/v1/gifts/batch", a.giftBatch, "Send up to 1,000 gifts, each with its own key, sender and verdict", needs(people.GiftsSend), hostOnly(), batch(), class(classStorm))
	a.giftItem = a.looseItems("gifts")
	raw[giftGetIn, giftOut](a, http.MethodGet, "/v1/gifts/{id}", a.giftGet, "A gift", needs(people.WalletRead))

	// What gifts are given on.
	get(a, "/v1/videos", a.videoList, "The latest videos", public())
	post(a, "/v1/videos", a.videoCreate, "Post a video", needs(people.ContentWrite), forPerson(), status(201))
	get(a, "/v1/videos/{id}", a.videoGet, "A video", public())
	post(a, "/v1/videos/{id}/hide", a.videoHide, "Take a video out of the lists and close it for gifts, for good", needs(people.ContentWrite), forPerson())
	get(a, "/v1/live-rooms", a.roomList, "The rooms that are live", public())
	post(a, "/v1/live-rooms", a.roomCreate, "Open a LIVE room", needs(people.ContentWrite), forPerson(), status(201))
	get(a, "/v1/live-rooms/{id}", a.roomGet, "A LIVE room", public())
	post(a, "/v1/live-rooms/{id}/start", a.roomStart, "Go LIVE", needs(people.ContentWrite), forPerson())
	post(a, "/v1/live-rooms/{id}/end", a.roomEnd, "End a LIVE", needs(people.ContentWrite), forPerson())
	put(a, "/v1/targets/{target}/gifts", a.giftsSwitch, "Switch gifts on or off on a video or a LIVE", needs(people.ContentWrite), forPerson())
	raw[streamIn, none](a, http.MethodGet, "/v1/live-rooms/{id}/events", a.roomStream, "A room's events as they happen (SSE)", public(), streaming(), produces("text/event-stream"))
	raw[topicsIn, none](a, http.MethodGet, "/v1/stream", a.topicStream, "The events of several topics as they happen (SSE)", public(), streaming(), produces("text/event-stream"), fails(fault.AuthRequired, fault.ScopeMissing, fault.NotFound))

	a.roomRoutes()
	a.moneyOut()
}

// roomRoutes is the table's part about what happens around a LIVE.
func (a *API) roomRoutes() {
	get(a, "/v1/leaderboards/{target}", a.leaderboardGet, "Who gave most on a LIVE or a video, or to a creator", public(), fails(fault.NotFound))
	post(a, "/v1/leaderboards/rebuild", a.leaderboardRebuild, "Forget all leaderboards and count the gifts anew, in the background", needs(people.Admin), impersonal(), fails(fault.RoleRequired))
	get(a, "/v1/supporters", a.supporterList, "Who gave to the creator, who gave most first", needs(people.EarningsRead), forPerson())
	get(a, "/v1/goals", a.goalList, "The goals of a LIVE or a creator, the newest first", public())
	post(a, "/v1/goals", a.goalSet, "Set a goal for a LIVE or for this month; the same one that is active already is answered as it stands", needs(people.ContentWrite), forPerson(), status(201), fails(fault.LimitReached, fault.StateConflict, fault.RoleRequired))
	get(a, "/v1/goals/{id}", a.goalGet, "A goal", public())
	patch(a, "/v1/goals/{id}", a.goalEnd, "End a goal", needs(people.ContentWrite), forPerson())

	get(a, "/v1/live-rooms/{id}/messages", a.messageList, "The chat of a LIVE, the newest message first", public())
	post(a, "/v1/live-rooms/{id}/messages", a.messageSend, "Write in the chat of a LIVE", needs(people.ChatWrite), forPerson(), status(201), class(classStorm), within(maxRun), fails(fault.StateConflict, fault.Forbidden))
	post(a, "/v1/live-rooms/{id}/messages/{message}/hide", a.messageHide, "Take a message out of the chat of one's own LIVE, for good", needs(people.ChatWrite))
	get(a, "/v1/live-rooms/{id}/chat", a.chatGet, "How the chat of a LIVE is set", public())
	put(a, "/v1/live-rooms/{id}/chat", a.chatPut, "Switch the chat of one's own LIVE on or off, and its slow mode", needs(people.ChatWrite), forPerson())
	get(a, "/v1/live-rooms/{id}/mutes", a.muteList, "Who may not write in the chat of one's own LIVE", needs(people.ChatWrite))
	put(a, "/v1/live-rooms/{id}/mutes/{person}", a.mute, "Mute a person in the chat of one's own LIVE", needs(people.ChatWrite), fails(fault.StateConflict))
	remove(a, "/v1/live-rooms/{id}/mutes/{person}", a.unmute, "Let a muted person write again", needs(people.ChatWrite), fails(fault.StateConflict))
}

// moneyOut is the table's part about what creators earn, and about proofs.
func (a *API) moneyOut() {
	// Money out.
	get(a, "/v1/earnings", a.earningList, "What the creator earned", needs(people.EarningsRead), forPerson())
	get(a, "/v1/earnings/balance", a.earningBalance, "What the creator is owed", needs(people.EarningsRead), forPerson())
	a.incomeRoutes()
	get(a, "/v1/earnings/{id}", a.earningGet, "An earning", needs(people.EarningsRead))
	get(a, "/v1/payout-account", a.payAccountGet, "The creator's payout account", needs(people.PayoutsRead), forPerson())
	post(a, "/v1/payout-account/onboarding-link", a.payAccountLink, "A page of the provider on which the creator completes the account", needs(people.PayoutsWrite), forPerson(), fails(fault.UpstreamFailed, fault.AgeRestricted, fault.URLNotAllowed))
	a.payAccountRoutes()
	post(a, "/v1/payout-account/refresh", a.payAccountRefresh, "Ask the provider how the account stands", needs(people.PayoutsWrite), forPerson(), fails(fault.UpstreamFailed))
	a.payoutRoutes()
	a.statementRoutes()
	a.taxRoutes()

	// Proof and integration.
	get(a, "/v1/explain/{id}", a.explain, "Where an amount comes from", needs(people.ExplainRead))
	a.consoleRoutes()
	a.policyRoutes()
	get(a, "/v1/ledger/accounts", a.ledgerAccounts, "The accounts of the ledger", needs(people.LedgerRead), impersonal())
	get(a, "/v1/ledger/transfers", a.ledgerTransfers, "The transfers of the ledger, newest first", needs(people.LedgerRead), impersonal())
	get(a, "/v1/ledger/transfers/{id}", a.ledgerTransferGet, "A transfer of the ledger", needs(people.LedgerRead), impersonal())
	get(a, "/v1/ledger/verification", a.ledgerVerification, "Recompute and check the books", needs(people.LedgerRead), impersonal(), within(2*time.Minute))
	a.reconcileRoutes()
	a.reversalRoutes()
	get(a, "/v1/events", a.eventList, "What happened, in order", needs(people.EventsRead), hostOnly())
	a.webhookRoutes()

	raw[none, none](a, http.MethodPost, "/webhooks/stripe", a.takeWebhook, "News from the payment provider, signed by it", public(), anyBody(maxWebhook), class(classNone), tagged("operations"), produces("text/plain"), fails(fault.WebhookSignatureInvalid, fault.WebhookTimestampOutOfRange, fault.MalformedJSON, fault.UpstreamFailed))

	get(a, "/v1/due-work", a.workList, "What is to be done later, the work that was given up first", needs(people.Admin), impersonal(), tagged("operations"))
	post(a, "/v1/due-work/{kind}/{key}/revive", a.workRevive, "Have work that was given up tried again", needs(people.Admin), impersonal(), tagged("operations"))

	get(a, "/v1/audit", a.auditList, "What operators, the host and the console have decided, newest first", needs(people.Admin), impersonal(), tagged("operations"))

	a.caseRoutes()
	a.secondRoutes()

	get(a, "/v1/clock", a.clockGet, "The instance's clock", public(), tagged("sandbox"))
	if a.cfg.Services.Advance != nil {
		post(a, "/v1/clock/advance", a.clockAdvance, "Move the sandbox's clock forward", needs(people.Admin), impersonal(), tagged("sandbox"), within(5*time.Minute))
	}
	if a.cfg.Services.Provider != nil {
		a.providerRoutes()
	}
	if a.cfg.Services.Trigger != nil {
		post(a, "/v1/happenings", a.happeningMake, "Make something happen in a sandbox", needs(people.Admin), impersonal(), keyed(), class(classMoney), tagged("sandbox"), within(5*time.Minute), fails(fault.StateConflict, fault.CardDeclined, fault.InsufficientBalance))
	}
}

// none is the input or output of an operation that has no fields there.
type none struct{}
