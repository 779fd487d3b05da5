package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/config"
)

// configFlag names a --config file.
type configFlag struct {
	ConfigFile kong.ConfigFlag `name:"config" help:"A file with settings: one JSON object, with the names of ovation config print." type:"existingfile" placeholder:"FILE"`
}

// settings are the flags of every command that opens an instance.
type settings struct {
	config.Config `embed:""`
	configFlag
}

// check refuses wrong settings before anything is made.
func (s *settings) check() error {
	if err := config.Err(s.problems()); err != nil {
		return exit{statusUsage, err}
	}
	return nil
}

// problems are all wrong settings, those in a preset's file with their lines.
func (s *settings) problems() []config.Problem { return checkAll(&s.Config, false) }

func checkAll(c *config.Config, sandbox bool) []config.Problem {
	all := c.Check(sandbox)
	if c.PresetFile != "" {
		all = append(all, app.CheckPresetFile(c.PresetFile)...)
	}
	return all
}

// settingsFile answers for a flag from a --config file. A flag wins over the
// environment, which wins over the file.
type settingsFile config.File

func readSettings(r io.Reader) (kong.Resolver, error) {
	f, err := config.ReadFile(r)
	if err != nil {
		name := "--config"
		if file, ok := r.(*os.File); ok {
			name += " " + file.Name()
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return settingsFile(f), nil
}

// Validate implements kong.Resolver: the file has been checked when it was
// read.
func (settingsFile) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver. What a flag of this command is in the file
// is told by its variable of the environment, so that a flag which only has
// the same name as a setting gets nothing from it.
func (f settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	known := config.Variables()
	for _, name := range flag.Envs {
		if value, there := f[config.FileName(name)]; there && slices.Contains(known, name) {
			return value, nil
		}
	}
	return nil, nil
}

// checkEnvironment refuses variables that are nobody's setting.
func checkEnvironment() error {
	if err := config.Err(config.CheckEnvironment(os.Environ())); err != nil {
		return exit{statusUsage, err}
	}
	return nil
}

// warnOfOpenFolder tells the operator when other accounts of the machine can
// look into the data folder: it holds everybody's money and the server's keys.
func warnOfOpenFolder(s *shared, folder string) {
	if st, err := os.Stat(folder); err == nil && st.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(s.err, "ovation: warning: other users of this machine can look into %s (its mode is %04o); close it with: chmod 700 %s\n", folder, st.Mode().Perm(), folder)
	}
}
