package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

//go:embed static/css/*.css static/*.js static/*.svg static/vendor/*.css static/vendor/*.js static/vendor/*.svg static/vendor/*.woff2 static/vendor/*.txt
var staticFiles embed.FS

// sheet is the one style sheet that pages load: all of static/css in the order
// of their names, so that a new area is a new file and no new request.
const sheet = "ovation.css"

// types are those of the files; what the machine knows of types does not
// matter then.
var types = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}

// assets are the files that pages load, by name. Their address carries a hash
// of all of them: a browser keeps a file for ever, and a new program has new
// addresses.
type assets struct {
	files  map[string][]byte
	zipped map[string][]byte // the same for browsers that unpack, where it is shorter
	icons  []string          // the names of the icons
	hash   string
}

var symbol = regexp.MustCompile(`<symbol id="([^"]+)"`)

func loadAssets() (*assets, error) {
	a := &assets{files: map[string][]byte{}, zipped: map[string][]byte{}}
	err := fs.WalkDir(staticFiles, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(staticFiles, path)
		name := strings.TrimPrefix(path, "static/")
		if strings.HasPrefix(name, "css/") {
			a.files[sheet] = append(a.files[sheet], b...)
			return err
		}
		a.files[name] = b
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		sum.Write([]byte(name))
		sum.Write(a.files[name])
		if z, err := zip(a.files[name]); err != nil {
			return nil, err
		} else if len(z) < len(a.files[name])*9/10 {
			a.zipped[name] = z
		}
	}
	for _, m := range symbol.FindAllSubmatch(a.files["vendor/icons.svg"], -1) {
		a.icons = append(a.icons, string(m[1]))
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return a, nil
}

func zip(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(text); err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

// url returns the address of a file.
func (a *assets) url(name string) string { return "/static/" + a.hash + "/" + name }

// staticFile answers with and without the hash; without it, a browser asks each
// time.
func staticFile(v *visit) error {
	a := v.site.assets
	name, hashed := strings.CutPrefix(v.r.PathValue("path"), a.hash+"/")
	text, ok := a.files[name]
	if !ok {
		return errNoFile()
	}
	h := v.w.Header()
	h.Set("Cache-Control", "no-cache")
	if hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", types[path.Ext(name)])
	if z, ok := a.zipped[name]; ok && strings.Contains(v.r.Header.Get("Accept-Encoding"), "gzip") && v.r.Header.Get("Range") == "" {
		h.Set("Content-Encoding", "gzip")
		text = z
	}
	v.wrote = true
	http.ServeContent(v.w, v.r, name, time.Time{}, bytes.NewReader(text))
	return nil
}

func errNoFile() error { return fault.New(fault.NotFound, "There is no file at this address.") }

// mediaFile answers with a clip or a poster of the media folder. A folder is no
// file: its list is nobody's business.
func mediaFile(v *visit) error {
	files, name := v.site.cfg.Media, v.r.PathValue("path")
	if files == nil || !fs.ValidPath(name) {
		return errNoFile()
	}
	if info, err := fs.Stat(files, name); err != nil || !info.Mode().IsRegular() {
		return errNoFile()
	}
	h := v.w.Header()
	h.Del("Cross-Origin-Resource-Policy") // a host's own pages may show a poster
	h.Set("Cache-Control", "public, max-age=3600")
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
