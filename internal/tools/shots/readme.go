package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// readmeShot is one picture of the README.
type readmeShot struct {
	file, as, path string
	setting        setting
	open           string // what is clicked before, such as an amount
	until          string // what has to hold then
}

// readmeShots are the README's pictures: one for each of who uses it. %s is the
// address of a LIVE.
var readmeShots = []readmeShot{
	{file: "live.png", as: "Fay", path: "%s", setting: setting{"1440x900", "dark", "en", false}, until: `document.body.dataset.connected === 'yes' && document.querySelectorAll('#feed li').length > 9 && document.querySelector('#goals progress')?.value > 0 && document.querySelector('#fireworks .burst')`},
	{file: "creator.png", as: "Mina", path: "/c?window=28d", setting: setting{"1440x900", "light", "en", false}},
	{file: "explain.png", as: "Mina", path: "/c/payouts", setting: setting{"1440x900", "light", "en", false}, open: "main a.explain[data-explain]", until: `document.querySelector('#panel[open] #explanation')`},
	{file: "operator.png", as: "Olu", path: "/op", setting: setting{"1440x900", "dark", "en", false}},
}

// readme takes the README's pictures.
func readme(b *browser, o options) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for _, shot := range readmeShots {
		if err := b.become(o.site, shot.as); err != nil {
			return err
		}
		path, err := b.find(o.site, shot.path)
		if err != nil {
			return err
		}
		if err := b.show(o.site+path, shot.setting); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if shot.open != "" {
			if err := b.do(chromedp.Click(chromedp.CSS(shot.open))); err != nil {
				return fmt.Errorf("%s: %w", shot.open, err)
			}
		}
		if shot.until != "" {
			if err := b.do(b.until(shot.until)); err != nil {
				return fmt.Errorf("%s: waiting for %s: %w", path, shot.until, err)
			}
		}
		file := filepath.Join(o.out, shot.file)
		if err := b.capture(file, false); err != nil {
			return err
		}
		log.Print(file)
	}
	return nil
}

// find puts the address of a LIVE into the path, where it asks for one.
func (b *browser) find(site, path string) (string, error) {
	if path != "%s" {
		return path, nil
	}
	if err := b.do(chromedp.Navigate(site+"/live"), b.settled()); err != nil {
		return "", err
	}
	ctx, cancel := b.patient()
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('main a[href^="/live/liv_"]')].find(a => a.closest('li, article')?.textContent.includes('piano'))?.getAttribute('href') ?? document.querySelector('main a[href^="/live/liv_"]').getAttribute('href')`))
}
