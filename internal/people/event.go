package people

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// StateChanged is the data of person.state_changed: what GET
// /v1/people/{id}/state shows otherwise now. It has names and no values,
// because the log is kept for ever and a name or an address is not.
type StateChanged struct {
	Person    id.Person `json:"person"`
	Changed   []string  `json:"changed"` // fields of the person, as the API calls them
	ChangedAt string    `json:"changed_at"`
}

func emitChange(ctx context.Context, tx *db.Tx, person id.Person, changed ...string) error {
	raw, err := json.Marshal(StateChanged{person, changed, tx.Now().UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return fmt.Errorf("people: writing an event: %w", err)
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "person.state_changed", Topic: "person:" + string(person), Data: raw})
}

// changes names the fields in which the person is otherwise than before.
func (p *Person) changes(before *Person) (names []string) {
	for _, f := range []struct{ name, before, after string }{
		{"handle", before.Handle, p.Handle}, {"name", before.Name, p.Name}, {"email", before.Email, p.Email}, {"region", before.Region, p.Region},
		{"birth_date", before.BirthDate, p.BirthDate}, {"locale", before.Locale, p.Locale}, {"account_kind", string(before.AccountKind), string(p.AccountKind)},
	} {
		if f.before != f.after {
			names = append(names, f.name)
		}
	}
	return names
}
