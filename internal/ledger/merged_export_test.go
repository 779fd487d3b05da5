package ledger

// Merge is how Merged chooses what it walks, and Trails the query that walks.
var Merge = merge

// The walk of several trails.
const Trails = trails
