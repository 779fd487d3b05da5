package main

import (
	"os"
	"path/filepath"
)

// readme takes the README's pictures.
func readme(b *browser, o options) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := b.become(o.site, "Fay"); err != nil {
		return err
	}
	return b.picture(o.site+"/", setting{"1440x900", "light", "en", false}, filepath.Join(o.out, "feed.png"))
}
