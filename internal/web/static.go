package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
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

// serve answers with and without the hash; without it, a browser asks each
// time.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	name, hashed := strings.CutPrefix(r.PathValue("path"), a.hash+"/")
	w.Header().Set("Cache-Control", "no-cache")
	if hashed {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if info, err := fs.Stat(a.files, name); err != nil || info.IsDir() {
		w.Header().Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, a.files, name)
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
