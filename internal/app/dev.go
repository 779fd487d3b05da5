package app

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/people"
)

// RunSandbox seeds the world, serves it and lets its fans act until the
// context ends. ready is told when the first page answers.
func (a *App) RunSandbox(ctx context.Context, ready func(World)) error {
	ctx, cancel := context.WithCancel(ctx)
	b := &background{log: a.Log}
	defer b.group.Wait()
	defer cancel()
	prepare := func(ctx context.Context) error {
		w, err := a.Seed(ctx)
		if err != nil {
			return err
		}
		a.world = &w
		return a.WriteWorld(w)
	}
	return a.run(ctx, prepare, func(string) {
		b.run(ctx, "simulated fans", func(ctx context.Context) error { return a.Simulate(ctx, *a.world) })
		ready(*a.world)
	})
}

// HasOperator reports whether somebody runs the instance.
func (a *App) HasOperator(ctx context.Context) (some bool, err error) {
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		some, err = people.HasOperator(ctx, tx)
		return err
	})
	return some, err
}
