package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/money"
)

// preferenceTime is how long a browser keeps what was chosen, in seconds.
const preferenceTime = 365 * 24 * 60 * 60

// setPreferences keeps the language, the theme, the currency and the use of keys
// that a visitor chose, in cookies of their own.
func setPreferences(v *visit) error {
	keep := func(name, value string) {
		c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: preferenceTime, HttpOnly: true, Secure: v.site.cfg.Secure, SameSite: http.SameSiteLaxMode}
		if value == "" {
			c.MaxAge = -1
		}
		http.SetCookie(v.w, c)
	}
	if lang := v.form("lang"); words[lang] != nil {
		keep(langCookie, lang)
	}
	switch theme := v.form("theme"); theme {
	case "light", "dark":
		keep(themeCookie, theme)
	case "auto":
		keep(themeCookie, "")
	}
	if c := money.Asset(v.form("currency")); c.IsCurrency() {
		keep(currencyCookie, string(c))
	}
	switch v.form("keys") {
	case "off":
		keep(keysCookie, "off")
	case "on":
		keep(keysCookie, "")
	}
	return v.redirect(v.back("/"))
}
