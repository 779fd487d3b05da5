package app

import "net/http"

// pages serves what people see.
func (a *App) pages() (http.Handler, error) {
	return http.RedirectHandler("/docs/api", http.StatusSeeOther), nil
}
