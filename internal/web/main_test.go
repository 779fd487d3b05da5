package web_test

import (
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
