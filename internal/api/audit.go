package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/report"
)

type auditIn struct {
	Page
	Actor   string `query:"actor" maxLength:"64" doc:"Of this person or key, or console for who administers the machine"`
	Subject string `query:"subject" maxLength:"300" doc:"Done to this: mostly an id"`
	Verb    string `query:"verb" maxLength:"64" doc:"Such as payout.hold"`
	From    string `query:"from" maxLength:"40" format:"date-time" doc:"Not before this instant, RFC 3339"`
	To      string `query:"to" maxLength:"40" format:"date-time" doc:"Before this instant, RFC 3339"`
}

type auditView struct {
	Object  string         `json:"object" enum:"audit_entry" doc:"Always audit_entry"`
	Number  int64          `json:"number" doc:"Its place in the log, which is numbered from 1 without gap"`
	At      Instant        `json:"at" doc:"When it was done"`
	Actor   string         `json:"actor" doc:"Who did it: the id of a person or of a key, or console"`
	Verb    string         `json:"verb" doc:"What was done, such as payout.hold"`
	Subject string         `json:"subject" doc:"What it was done to: mostly an id"`
	Reason  string         `json:"reason,omitempty" doc:"Why, in the words of who did it; missing where none is asked for"`
	Changed map[string]any `json:"changed" doc:"What is otherwise since, by name; of a person the names of fields only"`
	Request string         `json:"request,omitempty" doc:"The id of the request; missing for the command line and the server itself"`
	Hash    string         `json:"hash" doc:"SHA-256 over this entry and the hash before it, in hexadecimal"`
}

func (a *API) auditList(ctx context.Context, in *auditIn) (*listOut[auditView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	q := audit.Query{Actor: in.Actor, Subject: in.Subject, Verb: in.Verb, Limit: in.Limit + 1}
	if position != "" {
		if q.Before, err = strconv.ParseInt(position, 10, 64); err != nil {
			return nil, err // our own signature is on it
		}
	}
	if q.FromUS, err = microsOf("from", in.From); err != nil {
		return nil, err
	}
	if q.ToUS, err = microsOf("to", in.To); err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, audit.List, q)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(e audit.Entry) string { return strconv.FormatInt(e.Seq, 10) }, viewAudit), nil
}

func viewAudit(e audit.Entry) auditView {
	v := auditView{"audit_entry", e.Seq, at(e.AtUS), e.Actor, e.Verb, e.Subject, e.Reason, map[string]any{}, e.Request, hex.EncodeToString(e.Hash)}
	_ = json.Unmarshal([]byte(e.Changed), &v.Changed) // an object, as the schema holds; a damaged one is for verify to tell
	return v
}
