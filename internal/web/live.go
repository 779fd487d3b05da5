package web

import "net/http"

// liveNow shows who is LIVE, or who will be.
func liveNow(v *visit) error {
	w, err := v.site.cfg.Reader.LiveNow(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, liveView(v, w))
}
