package sandbox

import (
	"context"
	"net/http"
)

// route is an operation of the API and the parameters that it accepts.
type route struct {
	pattern string
	do      handler
	params  string // names as general writes them, apart by spaces
}

// api lists the part of Stripe's API that the sandbox has.
var api = []route{
	{"POST /v1/customers", createCustomer, customerParams},
	{"GET /v1/customers/{id}", retrieve[customer](kindCustomer), ""},
	{"POST /v1/customers/{id}", updateCustomer, customerParams},
	{"GET /v1/customers/{id}/payment_methods", listMethods, "type limit starting_after ending_before"},

	{"POST /v1/payment_methods", createMethod, methodParams},
	{"GET /v1/payment_methods", listMethods, "customer type limit starting_after ending_before"},
	{"GET /v1/payment_methods/{id}", retrieve[paymentMethod]("PaymentMethod"), ""},
	{"POST /v1/payment_methods/{id}/attach", attachMethod, "customer"},
	{"POST /v1/payment_methods/{id}/detach", detachMethod, ""},

	{"POST /v1/setup_intents", createSetup, setupParams},
	{"GET /v1/setup_intents/{id}", retrieve[setupIntent]("setupintent"), ""},
	{"POST /v1/setup_intents/{id}/confirm", confirmSetup, "payment_method return_url"},
	{"POST /v1/setup_intents/{id}/cancel", cancelSetup, "cancellation_reason"},

	{"POST /v1/payment_intents", createIntent, intentParams},
	{"GET /v1/payment_intents", listIntents, intentListParams},
	{"GET /v1/payment_intents/{id}", retrieveIntent, "client_secret"},
	{"POST /v1/payment_intents/{id}/confirm", confirmIntent, "payment_method return_url off_session error_on_requires_action"},
	{"POST /v1/payment_intents/{id}/cancel", cancelIntent, "cancellation_reason"},

	{"GET /v1/charges", listCharges, chargeListParams},
	{"GET /v1/charges/{id}", retrieve[charge](kindCharge), ""},

	{"POST /v1/refunds", createRefund, refundParams},
	{"GET /v1/refunds", listRefunds, refundListParams},
	{"GET /v1/refunds/{id}", retrieve[refund](kindRefund), ""},

	{"GET /v1/disputes", listDisputes, disputeListParams},
	{"GET /v1/disputes/{id}", retrieve[dispute](kindDispute), ""},
	{"POST /v1/disputes/{id}", updateDispute, disputeParams},
	{"POST /v1/disputes/{id}/close", acceptDispute, ""},

	{"POST /v1/checkout/sessions", createCheckout, checkoutParams},
	{"GET /v1/checkout/sessions", listCheckouts, checkoutListParams},
	{"GET /v1/checkout/sessions/{id}", retrieve[checkoutSession](kindCheckout), ""},
	{"POST /v1/checkout/sessions/{id}/expire", expireCheckout, ""},

	{"POST /v1/accounts", createAccount, accountParams},
	{"GET /v1/accounts", listAccounts, "created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"},
	{"GET /v1/accounts/{id}", retrieveAccount, ""},
	{"POST /v1/accounts/{id}", updateAccount, accountUpdateParams},
	{"POST /v1/accounts/{id}/reject", rejectAccount, "reason"},
	{"GET /v1/account", retrievePlatform, ""},
	{"GET /v1/webhook_endpoints", listEndpoints, "limit starting_after ending_before"},
	{"POST /v1/account_links", createLink, linkParams},

	{"POST /v1/transfers", createTransfer, transferParams},
	{"GET /v1/transfers", listTransfers, transferListParams},
	{"GET /v1/transfers/{id}", retrieve[transfer](kindTransfer), ""},
	{"POST /v1/transfers/{id}/reversals", reverseTransfer, reversalParams},

	{"POST /v1/payouts", createPayout, payoutParams},
	{"GET /v1/payouts", listPayouts, payoutListParams},
	{"GET /v1/payouts/{id}", retrieve[payout](kindPayout), ""},
	{"POST /v1/payouts/{id}/cancel", cancelPayout, ""},

	{"GET /v1/balance", retrieveBalance, ""},
	{"GET /v1/balance_transactions", listEntries, entryParams},
	{"GET /v1/balance_transactions/{id}", retrieve[entry](kindEntry), ""},

	{"GET /v1/events", listEvents, eventParams},
	{"GET /v1/events/{id}", retrieve[event](kindEvent), ""},
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range api {
		mux.HandleFunc(rt.pattern, s.api(rt))
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		p := malformed("", "", "Unrecognized request URL (%s: %s). The sandbox has the part of the API that Ovation uses.", r.Method, clip(r.URL.Path))
		p.status = http.StatusNotFound
		s.send(w, &call{srv: s, req: r}, failed(p))
	})
	for name, do := range s.controls() {
		mux.HandleFunc("POST /_control/"+name, s.serveControl(do))
	}
	s.pageRoutes(mux)
	return mux
}

// background is the context of work that belongs to no request.
func (s *Server) background() context.Context { return context.Background() }
