// Package walk holds the tests that use the whole program as people do: a
// sandbox with a history, real pages in a real Chromium, the roles of a first
// five minutes, and a check of accessibility on every page in every theme and
// language.
//
// # How to change
//
// A page that stands in the navigation is checked without a change here. What
// a new product's people do first is a walk of its own.
package walk
