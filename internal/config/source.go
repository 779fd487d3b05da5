package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// prefix begins the name of every variable of the environment that is ours.
const prefix = "OVATION_"

// Variables returns the environment variables that are settings of a server.
func Variables() []string {
	var all []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		all = append(all, f.Tag.Get("env"))
	}
	return all
}

// FileName is how a --config file calls the setting of the variable:
// OVATION_LOG_LEVEL is log_level.
func FileName(variable string) string { return strings.ToLower(strings.TrimPrefix(variable, prefix)) }

// notSettings are further variables that the program reads.
var notSettings = []string{
	"OVATION_DEV_DATA",       // the folder of the sandbox
	"OVATION_KEY",            // with which ovation listen asks another instance
	"OVATION_WEBHOOK_SECRET", // with which it signs
	"OVATION_BENCH_ADMIN",    // where ovation bench lets its server show a profile
}

// alien are variables that others make: the tests of this repository, and
// Kubernetes for a service that is called ovation.
var alien = regexp.MustCompile(`^OVATION_(TEST_.*|SANDBOX_CHILD|SHOTS|SERVICE_(HOST|PORT)(_.*)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// CheckEnvironment finds variables that look like settings and are none: a
// misspelt setting would otherwise be left out in silence. environ is what
// os.Environ returns.
func CheckEnvironment(environ []string) []Problem {
	var all []Problem
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || alien.MatchString(name) || slices.Contains(notSettings, name) || slices.Contains(Variables(), name) {
			continue
		}
		all = append(all, Problem{name, "there is no such setting; unset it, or write one of those of ovation serve --help"})
	}
	slices.SortFunc(all, func(a, b Problem) int { return strings.Compare(a.Setting, b.Setting) })
	return all
}

// File is a --config file: its settings by name, each a text or a list of
// texts ([]any).
type File map[string]any

// ReadFile reads a --config file: one JSON object, with the names of the
// settings and nothing else. What is misspelt, written twice or left over is an
// error and not a setting that is left out.
func ReadFile(r io.Reader) (File, error) {
	known := map[string]bool{}
	for _, v := range Variables() {
		known[FileName(v)] = true
	}
	dec := json.NewDecoder(r)
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.Join(errors.New("the file is no JSON object, such as {\"listen\": \"127.0.0.1:8080\"}"), err)
	}
	f := File{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("the file is no JSON object: %w", err)
		}
		name, _ := token.(string) // of an object's member; the decoder sees to it
		if _, twice := f[name]; twice {
			return nil, fmt.Errorf("%q is there twice", name)
		}
		if !known[name] {
			return nil, fmt.Errorf("there is no setting %q; the settings are those of ovation config print", name)
		}
		if f[name], err = readValue(dec, name); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("the object is not closed: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the object")
	}
	return f, nil
}

// readValue reads a text or, where a setting may be given more than once, a
// list of texts.
func readValue(dec *json.Decoder, name string) (any, error) {
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, ok := value.(string); ok {
		return value, nil
	}
	list, ok := value.([]any)
	ok = ok && isList(name)
	for _, v := range list {
		_, text := v.(string)
		ok = ok && text
	}
	if !ok {
		return nil, fmt.Errorf("%s: a text in quotation marks is wanted; leave the line out for the setting's default", name)
	}
	return value, nil
}

// isList reports whether the setting may be given more than once.
func isList(name string) bool {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if FileName(f.Tag.Get("env")) == name {
			return f.Type.Kind() == reflect.Slice
		}
	}
	return false
}
