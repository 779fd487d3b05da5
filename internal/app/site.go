package app

import "net/http"

// Site returns what the instance serves, for who listens by themselves.
func (a *App) Site() (http.Handler, error) {
	site, _, err := a.handlers()
	return site, err
}
