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
	defer cancel()
	b := &background{log: a.Log}
	defer b.group.Wait()
	defer cancel()
	return a.Run(ctx, func(string) {
		w, err := a.Seed(ctx)
		if err == nil {
			err = a.WriteWorld(w)
		}
		if err != nil {
			a.Log.Error("the sandbox's world could not be made", "error", err)
			cancel()
			return
		}
		a.world.Store(&w)
		if a.Options.Sim {
			b.run(ctx, "simulated fans", func(ctx context.Context) error { return a.Simulate(ctx, w) })
		}
		ready(w)
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
