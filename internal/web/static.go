package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
)

//go:embed static/*.css static/*.js static/*.svg static/vendor/pico.min.css static/vendor/icons.svg static/vendor/*.txt
var staticFiles embed.FS

// assets are the files that pages load. Their address carries a hash of all of
// them: a browser keeps a file for ever, and a new program has new addresses.
type assets struct {
	files fs.FS
	hash  string
}

func loadAssets() (*assets, error) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, path)
		sum.Write([]byte(path))
		sum.Write(b)
		return err
	})
	return &assets{files: files, hash: hex.EncodeToString(sum.Sum(nil))[:12]}, err
}

// url returns the address of a file.
func (a *assets) url(name string) string { return "/static/" + a.hash + "/" + name }

// staticFile answers with and without the hash; without it, a browser asks each
// time.
func staticFile(v *visit) error {
	a := v.site.assets
	name, hashed := strings.CutPrefix(v.r.PathValue("path"), a.hash+"/")
	keep := "no-cache"
	if hashed {
		keep = "public, max-age=31536000, immutable"
	}
	return v.file(a.files, name, keep)
}

// mediaFile answers with a clip or a poster of the media folder.
func mediaFile(v *visit) error {
	v.w.Header().Del("Cross-Origin-Resource-Policy") // a host's own pages may show a poster
	return v.file(v.site.cfg.Media, v.r.PathValue("path"), "public, max-age=3600")
}

// file answers with one file. A folder is none: its list is nobody's business.
func (v *visit) file(files fs.FS, name, keep string) error {
	missing := fault.New(fault.NotFound, "There is no file at this address.")
	if files == nil || !fs.ValidPath(name) {
		return missing
	}
	if info, err := fs.Stat(files, name); err != nil || !info.Mode().IsRegular() {
		return missing
	}
	h := v.w.Header()
	h.Set("Cache-Control", keep)
	h.Del("Vary") // the same for everybody
	v.wrote = true
	http.ServeFileFS(v.w, v.r, files, name)
	return nil
}

// asset returns the address of a file of ours.
func (v *visit) asset(name string) string { return v.site.assets.url(name) }

// media returns the address of a clip or a poster, which is a file of the
// media folder or stands on another host.
func media(source string) string {
	if source == "" || strings.Contains(source, "://") {
		return source
	}
	return "/media/" + source
}
