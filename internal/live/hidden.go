package live

import (
	"context"
	"encoding/json"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/outbox"
)

// said is the type of the events that carry what somebody wrote.
const said = "chat.message.sent"

// unsay takes the text out of messages that were hidden since. The log keeps
// them, but rooms are open to everybody, and a message is hidden from them.
func unsay(ctx context.Context, tx *db.Tx, events []outbox.Stored) error {
	at := map[string]*outbox.Stored{}
	var list []any
	for i := range events {
		if events[i].Type != said {
			continue
		}
		var m struct{ ID string }
		if err := json.Unmarshal(events[i].Data, &m); err != nil {
			return err
		}
		at[m.ID], list = &events[i], append(list, m.ID)
	}
	if len(list) == 0 {
		return nil
	}
	hidden, err := db.Collect[string](tx.QueryList(ctx, "SELECT id FROM chat_message WHERE hidden_us > 0 AND id IN ($list)", list))(
		func(r *db.Rows) (m string, err error) { return m, r.Scan(&m) })
	if err != nil {
		return err
	}
	for _, m := range hidden {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(at[m].Data, &fields); err != nil {
			return err
		}
		delete(fields, "text")
		if at[m].Data, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	return nil
}
