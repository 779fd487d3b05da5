package outbox

import (
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
