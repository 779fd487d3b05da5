// Package bench measures a real server from outside: it makes a database,
// starts the program as a process of its own, sends over HTTP, and proves
// afterwards from the database that every acknowledged gift is there once and
// that the books are right. A figure without that proof counts for nothing.
//
// # How to change
//
// The client is written by hand (client.go) because a general one costs as
// much as the server, on whose machine it runs: requests are bytes that were
// made before, an answer is its status, its length and its body. What is left
// of its CPU, which is printed, is the kernel's: a write and two reads a
// gift. A further benchmark is a file with a function like
// Gifts.
package bench
