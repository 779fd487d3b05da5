package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// settingsFile is a --config file: JSON, with the names of the flags. A flag
// wins over the environment, which wins over the file.
type settingsFile map[string]any

func readSettings(r io.Reader) (kong.Resolver, error) {
	f := settingsFile{}
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("--config: the file is no JSON object: %w", err)
	}
	return f, nil
}

// settingName is how the file calls a flag.
func settingName(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// Validate implements kong.Resolver: a name that no flag has is a mistake, and
// not a setting that is left out.
func (f settingsFile) Validate(program *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(program, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[settingName(flag.Name)] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if !known[name] {
			return fmt.Errorf("--config: there is no setting %q; the settings are those of ovation config print", name)
		}
	}
	return nil
}

// Resolve implements kong.Resolver.
func (f settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return f[settingName(flag.Name)], nil
}
