// Vendorweb brings the few browser libraries that the pages use into the
// repository, at pinned versions, with their licences and checksums:
//
//	go run ./internal/tools/vendorweb
//
// It asks npm for the packages, so it needs npm and a network. Nobody else
// does: what it writes is committed and embedded. To change a version, change
// the table below, run it, and read what it changed.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// library is one npm package and what is taken from it.
type library struct {
	name, version string
	short         string            // how its licence file is called
	folder        string            // below the vendor folder, for what the program does not embed
	files         map[string]string // from the package's path to our file
	icons         []icon            // for the icon set only
}

// libraries is the whole list. Pico comes without classes (the components
// have our own) and without a maximum width (a feed fills the screen).
var libraries = []library{
	{
		name: "@picocss/pico", version: "2.1.1", short: "pico",
		files: map[string]string{"css/pico.fluid.classless.min.css": "pico.min.css"},
	},
	{
		name: "htmx.org", version: "4.0.1", short: "htmx",
		files: map[string]string{"dist/htmx.min.js": "htmx.min.js"},
	},
	{
		name: "@fontsource-variable/inter", version: "5.3.0", short: "inter",
		files: map[string]string{"files/inter-latin-wght-normal.woff2": "inter-latin.woff2", "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2"},
	},
	{
		// For the tests alone: the check of accessibility.
		name: "axe-core", version: "4.14.1", short: "axe", folder: "test",
		files: map[string]string{"axe.min.js": "axe.min.js"},
	},
	{
		name: "lucide-static", version: "1.62.0", short: "lucide", icons: icons,
	},
}

// spriteFile is the one file that holds all icons.
const spriteFile = "icons.svg"

// entry is one file of the manifest. SHA384 is base64, as in the integrity
// attribute of a script.
type entry struct {
	File    string `json:"file"`
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA384  string `json:"sha384"`
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "internal/web/static/vendor", "folder to write to")
	flag.Parse()
	if err := run(*out); err != nil {
		log.Fatal("vendorweb: ", err)
	}
}

func run(out string) error {
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("npm is not installed; it is needed to bring new versions, not to build")
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var manifest []entry
	for _, lib := range libraries {
		got, err := lib.bring(out)
		if err != nil {
			return fmt.Errorf("%s %s: %w", lib.name, lib.version, err)
		}
		manifest = append(manifest, got...)
	}
	return writeManifest(filepath.Join(out, "manifest.json"), manifest)
}

// bring fetches one library and writes what is wanted of it.
func (lib library) bring(out string) ([]entry, error) {
	files, err := pack(lib.name + "@" + lib.version)
	if err != nil {
		return nil, err
	}
	wanted := map[string][]byte{}
	licence, err := licenceOf(files)
	if err != nil {
		return nil, err
	}
	wanted[path.Join(lib.folder, lib.short+".LICENSE.txt")] = licence
	for from, to := range lib.files {
		text, ok := files[from]
		if !ok {
			return nil, fmt.Errorf("the package has no file %s", from)
		}
		wanted[path.Join(lib.folder, to)] = text
	}
	if len(lib.icons) > 0 {
		if wanted[spriteFile], err = sprite(lib, files); err != nil {
			return nil, err
		}
	}
	var entries []entry
	for _, file := range sorted(wanted) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(out, file)), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(out, file), wanted[file], 0o644); err != nil {
			return nil, err
		}
		sum := sha512.Sum384(wanted[file])
		entries = append(entries, entry{file, lib.name, lib.version, base64.StdEncoding.EncodeToString(sum[:])})
		log.Printf("%-24s %6d bytes  %s %s", file, len(wanted[file]), lib.name, lib.version)
	}
	return entries, nil
}

// licenceOf finds the licence, whatever ending its file has.
func licenceOf(files map[string][]byte) ([]byte, error) {
	for _, name := range sorted(files) {
		if upper := strings.ToUpper(name); upper == "LICENSE" || upper == "LICENSE.MD" || upper == "LICENSE.TXT" {
			return files[name], nil
		}
	}
	return nil, errors.New("the package has no licence file")
}

// pack has npm download a package, which checks the registry's checksum, and
// returns its files by their path in the package.
func pack(spec string) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "vendorweb")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, spec)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("npm pack left %d archives instead of one", len(found))
	}
	archive, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	return unpack(archive)
}

func unpack(archive []byte) (map[string][]byte, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for tr := tar.NewReader(zipped); ; {
		head, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			return nil, err
		}
		// Everything in an npm archive stands below one folder.
		_, name, _ := strings.Cut(head.Name, "/")
		files[name] = text
	}
}

func writeManifest(path string, entries []entry) error {
	text, err := json.MarshalIndent(struct {
		Note  string  `json:"note"`
		Files []entry `json:"files"`
	}{"Written by internal/tools/vendorweb. Do not edit these files.", entries}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
