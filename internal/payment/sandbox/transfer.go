package sandbox

type transfer struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	Amount             int64             `json:"amount"`
	AmountReversed     int64             `json:"amount_reversed"`
	BalanceTransaction text              `json:"balance_transaction"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	Description        text              `json:"description"`
	Destination        string            `json:"destination"`
	DestinationPayment text              `json:"destination_payment"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	Reversed           bool              `json:"reversed"`
	Reversals          reversalList      `json:"reversals"`
	SourceTransaction  text              `json:"source_transaction"`
	SourceType         string            `json:"source_type"`
	TransferGroup      text              `json:"transfer_group"`
}

type reversalList struct {
	Object  string      `json:"object"`
	Data    []*reversal `json:"data"`
	HasMore bool        `json:"has_more"`
	URL     string      `json:"url"`
}

type reversal struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	Amount             int64             `json:"amount"`
	BalanceTransaction text              `json:"balance_transaction"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	Metadata           map[string]string `json:"metadata"`
	Transfer           string            `json:"transfer"`
}

func (o *transfer) birth() int64 { return o.Created }

const transferParams = "amount currency destination description metadata{} transfer_group source_transaction"

func createTransfer(c *call) (any, *problem) {
	cur := c.currencyParam("currency")
	amount := c.amountParam("amount", cur)
	to := c.need("destination")
	if p := c.valid(); p != nil {
		return nil, p
	}
	dest, ok := c.own(to)
	switch {
	case !ok:
		return nil, nothing("destination", "destination", to)
	case dest.Capabilities["transfers"] != "active":
		return nil, refuse("insufficient_capabilities_for_transfer", "", "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments")
	}
	on, p := c.source(amount, cur)
	if p != nil {
		return nil, p
	}
	o := &transfer{ID: c.srv.newID("tr"), Object: kindTransfer, Amount: amount, Created: c.now, Currency: cur, Description: text(c.str("description")),
		Destination: to, Metadata: merged(nil, c.meta("metadata")), SourceTransaction: text(c.str("source_transaction")), SourceType: "card",
		TransferGroup: text(c.str("transfer_group"))}
	o.Reversals = reversalList{Object: "list", Data: []*reversal{}, URL: "/v1/transfers/" + o.ID + "/reversals"}
	// In the recipient's account a transfer shows as a payment.
	in := &charge{ID: c.srv.newID("py"), Object: kindCharge, Amount: amount, AmountCaptured: amount, Captured: true, Created: c.now, Currency: cur,
		Metadata: map[string]string{}, Paid: true, SourceTransfer: text(o.ID), Status: succeeded, TransferGroup: o.TransferGroup}
	o.DestinationPayment = text(in.ID)
	o.BalanceTransaction = text(c.move("", "transfer", o.ID, cur, -amount, 0, on).ID)
	in.BalanceTransaction = text(c.move(to, "payment", in.ID, cur, amount, 0, on).ID)
	c.put(kindCharge, to, in.ID, in)
	c.put(kindTransfer, "", o.ID, o)
	c.emit("transfer.created", o, "")
	c.emit("payment.created", in, to)
	return o, nil
}

// source says when the money of a transfer becomes available: at once out of
// the available balance, or with the charge that it is tied to.
func (c *call) source(amount int64, cur string) (int64, *problem) {
	id := c.str("source_transaction")
	if id == "" {
		if c.available("", cur) < amount {
			return 0, refuse("balance_insufficient", "", "You have insufficient available funds in your account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card.")
		}
		return c.now, nil
	}
	ch, ok := find[charge](c.change, "", id)
	if !ok {
		return 0, nothing(kindCharge, "source_transaction", id)
	}
	used := amount
	each(c.state, kindTransfer, "", func(o *transfer) bool {
		if string(o.SourceTransaction) == id {
			used += o.Amount - o.AmountReversed
		}
		return true
	})
	left := ch.Amount - ch.AmountRefunded
	if in, most := ch.part(left).of(ch.Currency, left); used > most || in != cur {
		return 0, refuse("transfer_source_balance_parameters_mismatch", "amount", "The transfers of a charge can not exceed what it came to (%d), and have the currency in which it came (%s).", most, in)
	}
	if e, ok := find[entry](c.change, "", string(ch.BalanceTransaction)); ok && e.AvailableOn > c.now {
		return e.AvailableOn, nil
	}
	return c.now, nil
}

const reversalParams = "amount description metadata{}"

func reverseTransfer(c *call) (any, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[transfer](c.change, "", id)
	if !ok {
		return nil, nothing(kindTransfer, "id", id)
	}
	left := o.Amount - o.AmountReversed
	amount := left
	if c.has("amount") {
		amount = c.amountParam("amount", o.Currency)
	}
	switch {
	case c.err != nil:
		return nil, c.err
	case left == 0:
		return nil, refuse("", "", "Transfer %s is already fully reversed.", id)
	case amount > left:
		return nil, refuse("", "amount", "Transfer reversal amount (%d) is greater than unreversed amount on transfer (%d).", amount, left)
	case c.available(o.Destination, o.Currency) < amount:
		return nil, refuse("balance_insufficient", "amount", "Insufficient funds in the recipient's account to reverse the transfer.")
	}
	r := &reversal{ID: c.srv.newID("trr"), Object: kindReversal, Amount: amount, Created: c.now, Currency: o.Currency,
		Metadata: merged(nil, c.meta("metadata")), Transfer: o.ID}
	r.BalanceTransaction = text(c.move("", "transfer_refund", r.ID, o.Currency, amount, 0, c.now).ID)
	c.move(o.Destination, "payment_refund", string(o.DestinationPayment), o.Currency, -amount, 0, c.now)
	if in, ok := find[charge](c.change, o.Destination, string(o.DestinationPayment)); ok {
		in.AmountRefunded += amount
		in.Refunded = in.AmountRefunded == in.Amount
		c.put(kindCharge, o.Destination, in.ID, in)
	}
	o.AmountReversed += amount
	o.Reversed = o.AmountReversed == o.Amount
	o.Reversals.Data = append([]*reversal{r}, o.Reversals.Data...)
	c.put(kindReversal, "", r.ID, r)
	c.put(kindTransfer, "", o.ID, o)
	c.emit("transfer.reversed", o, "")
	return r, nil
}

const transferListParams = "destination transfer_group created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listTransfers(c *call) (any, *problem) {
	return list(c, kindTransfer, func(o *transfer) bool {
		return (!c.has("destination") || o.Destination == c.str("destination")) &&
			(!c.has("transfer_group") || string(o.TransferGroup) == c.str("transfer_group"))
	})
}
