// Shots takes pictures of the pages of a sandbox in a real Chromium.
//
//	go run ./internal/tools/shots                     # the README's pictures, from a sandbox of its own
//	go run ./internal/tools/shots -site http://127.0.0.1:8080 -as Olu -out /tmp/look /op /op/ledger
//
// With addresses it takes each of them as the persona, in every size, theme
// and language that is named: to look at what was changed. It needs chromium.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal("shots: ", err)
	}
}

// options are how pictures are taken.
type options struct {
	site, out, as        string
	sizes, themes, langs []string
	full                 bool
	paths                []string
}

func run(ctx context.Context) error {
	var o options
	var sizes, themes, langs string
	flag.StringVar(&o.site, "site", "", "address of a running sandbox; empty starts one")
	flag.StringVar(&o.out, "out", "", "folder for the pictures (docs/images without addresses)")
	flag.StringVar(&o.as, "as", "", "first name of the persona to be; empty is nobody")
	flag.StringVar(&sizes, "sizes", "360x640,1440x900", "widths and heights")
	flag.StringVar(&themes, "themes", "light,dark", "themes")
	flag.StringVar(&langs, "langs", "en", "languages")
	flag.BoolVar(&o.full, "full", false, "whole pages, not only what the window shows")
	flag.Parse()
	o.sizes, o.themes, o.langs, o.paths = strings.Split(sizes, ","), strings.Split(themes, ","), strings.Split(langs, ","), flag.Args()
	if o.site == "" {
		s, err := startSandbox(ctx)
		if err != nil {
			return err
		}
		defer s.stop()
		o.site = s.url
	}
	b, err := openBrowser(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	if len(o.paths) == 0 {
		if o.out == "" {
			o.out = filepath.Join("docs", "images")
		}
		return readme(b, o)
	}
	if o.out == "" {
		return errors.New("name a folder with -out")
	}
	return look(b, o)
}

// look takes every address in every setting.
func look(b *browser, o options) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := b.become(o.site, o.as); err != nil {
		return err
	}
	for _, path := range o.paths {
		for _, lang := range o.langs {
			for _, theme := range o.themes {
				for _, size := range o.sizes {
					name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-", "#", "-").Replace(path), "-")
					file := filepath.Join(o.out, strings.Join([]string{name + "_" + o.as, size, theme, lang}, "_")+".png")
					if err := b.picture(o.site+path, setting{size, theme, lang, o.full}, file); err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					log.Printf("%s  %s", file, b.painted())
				}
			}
		}
	}
	return nil
}

// setting is how a page is shown.
type setting struct {
	size, theme, lang string
	full              bool
}

// show goes to the address in the setting and waits until the page stands.
func (b *browser) show(url string, s setting) error {
	var width, height int64
	if _, err := fmt.Sscanf(s.size, "%dx%d", &width, &height); err != nil {
		return fmt.Errorf("a size is written 360x640, not %q", s.size)
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		return err
	}
	if err := b.cookie("ovation_lang", s.lang, url); err != nil {
		return err
	}
	return b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(url), b.settled())
}

// picture takes a page.
func (b *browser) picture(url string, s setting, file string) error {
	if err := b.show(url, s); err != nil {
		return err
	}
	return b.capture(file, s.full)
}

// capture takes what is shown now.
func (b *browser) capture(file string, full bool) error {
	shot := chromedp.CaptureScreenshot()
	if full {
		shot = chromedp.FullScreenshot(100)
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, shot)
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// patience is how long one step may take.
const patience = 2 * time.Minute
