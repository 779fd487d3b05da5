package reversal

// Statement is how List asks for what the query chooses.
func Statement(q Query) (string, []any) { return q.statement() }
