// Package api is the HTTP interface: one table of routes, one table of
// errors, and everything that is the same for every operation.
//
// # Model
//
// routes.go is the table of contents. A line names method, path, handler, a
// sentence, and what the operation needs; the types of the handler's input
// and output say what is read and answered. From these the OpenAPI, the
// viewer at /docs/api and the checks are made, so they can not differ.
//
// A request goes through frame.go (id, headers, log, numbers, panics), the
// router, and serve.go, from the cheap check to the dear one: who is it
// (caller.go), how often (limit.go), may they (the table), which version and
// format, which parameters and body (shape.go), sent before (once.go). Then
// the handler of the product runs. Everything on the way returns an error;
// problem.go turns any error into one document.
//
// A handler decodes nothing and writes nothing: it takes its input, calls one
// use case, and returns a view. Rules stand in the products.
//
// # Invariants
//
//   - A code has one status, a page, and words in every language (errors.go).
//   - A request that is refused changes nothing, and no input makes a 500.
//   - What a client sent is never sent back, and never written into the log,
//     except names of fields and parameters.
//   - All wrong fields are told at once.
//   - Every operation in the table is in the OpenAPI with its request, its
//     answer and its problems.
//   - An operation with GET never writes.
//
// # How to change
//
// To add an operation write its types and its handler into the file of its
// product, and one line into routes.go:
//
//	type walletGetOut struct{ Body walletView }
//
//	func (a *API) walletGet(ctx context.Context, _ *struct{}) (*walletGetOut, error) {
//		w, err := a.cfg.Wallet.Get(ctx, CallerOf(ctx).Person)
//		…
//	}
//
//	get(a, "/v1/wallet", a.walletGet, "What the person holds", needs(people.WalletRead), forPerson())
//
// A POST that moves money is registered with once, and its handler passes the
// call to the use case. A new code gets its line in errors.go and its words in
// help_en.go and help_fr.go; a new sentence gets its French in phrases_fr.go.
package api
