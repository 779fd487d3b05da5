// Package web is the face of Ovation: the pages that people open in a
// browser.
//
// # Model
//
// web.go names every address. A request goes through frame.go (id, headers,
// panics, requests that another site caused), becomes a visit (language,
// theme, who is signed in) and reaches one handler. A handler asks the Reader
// or calls one use case, and shows a page; pages are templ components, one
// .templ file for each area beside the .go file of the same name.
//
// Every form works without script: it is a plain POST that ends in a redirect
// or in the same page with what went wrong and what was typed. The scripts only
// make that faster: app.js is on every page, with palette.js, copy.js and part.js
// (what may take the place of a part of a page); stream.js is its one stream,
// follow.js the parts that follow it and hub.js the link that tells of news;
// gift.js the tray, feed.js and party.js what gifts look like as they come,
// room.js a LIVE, home.js the feed of the first page.
//
// # Invariants
//
//   - GET changes nothing, except cookies that the visitor chose.
//   - A form that moves money carries a key, so sending it twice, or going
//     back and sending it again, has one effect.
//   - No inline script and no inline style; the policy in frame.go forbids them.
//   - Every sentence stands in words_<area>.go in both languages; a test compares
//     both with what the pages ask for.
//   - An amount is written by format.go and nowhere else.
//   - A part of a page goes only when an answer holds it: what fails leaves what
//     was there, and says so.
//   - A page listens from before its figures were read (listenFromNow).
//
// # How to change
//
// A new area is a route in web.go, a .go file with its handlers, a .templ file
// with its pages, and its words in both languages. After editing a .templ file
// run
//
//	go tool -modfile=tools.mod templ generate ./internal/web/...
package web
