// Package text decides which texts people may write about themselves and
// their work: names, titles, reasons. A text that is accepted has one form
// (NFC, no space around it), can be seen, and stays in its place: nothing in
// it turns the direction of the page or is drawn over its neighbours. What it
// says is not judged, and markup in it stays text.
package text
