package purchase_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
)

// TestOpen lists the purchases of which nobody knows how they end, and no
// others.
func TestOpen(t *testing.T) {
	each(t, func(s *shop) {
		open := func(want ...id.Purchase) {
			s.T.Helper()
			s.Read(func(tx *db.Tx) error {
				all, err := purchase.Open(s.Ctx, tx, 5)
				if len(all) != len(want) {
					s.T.Fatalf("open are %v, want %v", all, want)
				}
				for i, p := range all {
					if p.ID != want[i] || p.Outcome != payment.Unknown || p.Charge.Subject != string(p.ID) {
						s.T.Errorf("open is %+v, want %s", p, want[i])
					}
				}
				return err
			})
		}
		_, err := s.shop.Buy(s.Ctx, s.request()) // which is paid
		s.OK(err)
		open()
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		s.fails(create, sandbox.After)
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		open(p.ID)
		s.Later(time.Minute)
		open()
	})
}
