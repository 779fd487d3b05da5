package reversal

// Disputed takes what the provider knows of a dispute.
var Disputed = disputed

// Statement is how List asks for what the query chooses.
func Statement(q Query) (string, []any) { return q.statement() }
