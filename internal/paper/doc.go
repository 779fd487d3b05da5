// Package paper writes statements and receipts as PDF files, and has the words
// that pages share with them.
//
// # Model
//
// A paper is what package report has found, in the words of a language. This
// package counts nothing: each number in a file stands in the value that it was
// given. Pages take their words for rows from here, so that a row is called the
// same wherever it is read.
//
// # Invariants
//
//   - The same value in the same language is the same file to the byte: its date is
//     the value's and not the clock's.
//   - What people have written about themselves can not break a file. What the fonts
//     do not have is drawn as a box, what has no width is left out, and long words
//     are parted.
//   - A file names neither this machine nor a path, and holds no secret.
//
// # How to change
//
// A new kind of row needs a word in words.go for each language; a test finds what
// is missing. A new paper is a function beside Statement.
package paper
