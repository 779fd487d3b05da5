package sandbox

type customer struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	Balance       int64             `json:"balance"`
	Created       int64             `json:"created"`
	Currency      text              `json:"currency"`
	DefaultSource text              `json:"default_source"`
	Delinquent    bool              `json:"delinquent"`
	Description   text              `json:"description"`
	Email         text              `json:"email"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Name          text              `json:"name"`
	Phone         text              `json:"phone"`
	Shipping      *struct{}         `json:"shipping"`
}

const customerParams = "email name description phone metadata{}"

func createCustomer(c *call) (any, *problem) {
	o := &customer{ID: c.srv.newID("cus"), Object: kindCustomer, Created: c.now}
	return c.saveCustomer(o, "customer.created")
}

func updateCustomer(c *call) (any, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[customer](c.change, c.owner, id)
	if !ok {
		return nil, nothing(kindCustomer, "id", id)
	}
	return c.saveCustomer(o, "customer.updated")
}

func (c *call) saveCustomer(o *customer, news string) (any, *problem) {
	for name, field := range map[string]*text{"email": &o.Email, "name": &o.Name, "description": &o.Description, "phone": &o.Phone} {
		if c.has(name) {
			*field = text(c.str(name))
		}
	}
	o.Metadata = merged(o.Metadata, c.meta("metadata"))
	c.put(kindCustomer, c.owner, o.ID, o)
	c.emit(news, o, c.owner)
	return o, nil
}

// customerParam returns the customer that a request names, or "".
func (c *call) customerParam() (string, *problem) {
	id := c.str("customer")
	if id == "" {
		return "", nil
	}
	if _, ok := find[customer](c.change, c.owner, id); !ok {
		return "", nothing(kindCustomer, "customer", id)
	}
	return id, nil
}
