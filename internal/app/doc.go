// Package app puts the parts together: it opens the database, builds the
// products' services, registers their due work, and runs the servers. The
// command line and the end-to-end tests use the same App.
//
// # How to change
//
// A new product adds one line to build, its checks to Checks and its due work
// to register.
package app
