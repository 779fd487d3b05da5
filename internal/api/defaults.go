package api

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// wrongDefault refuses an input in which what a client sends would be lost:
// the library puts a default wherever a field has its zero value, so a plain
// field can not tell false, 0 or "" that was sent from nothing that was sent.
// Where the zero value is a good one, the field is a pointer.
func wrongDefault(t reflect.Type) error {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		if _, has := f.Tag.Lookup("default"); has && zeroIsGood(f) {
			return fmt.Errorf("the field %s.%s has a default, and its zero value, which a client may mean, would be replaced by it; make it a pointer", t.Name(), f.Name)
		}
		if err := wrongDefault(f.Type); err != nil {
			return err
		}
	}
	return nil
}

// zeroIsGood reports whether the shape of the field lets its zero value pass.
func zeroIsGood(f reflect.StructField) bool {
	switch f.Type.Kind() {
	case reflect.Bool:
		return true
	case reflect.String:
		if _, body := f.Tag.Lookup("json"); !body {
			return false // an empty parameter is one that is not there
		}
		least, _ := strconv.Atoi(f.Tag.Get("minLength"))
		rule, err := regexp.Compile(f.Tag.Get("pattern"))
		words, chosen := f.Tag.Lookup("enum")
		return least == 0 && err == nil && rule.MatchString("") && (!chosen || slices.Contains(strings.Split(words, ","), ""))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		least, err := strconv.ParseFloat(f.Tag.Get("minimum"), 64)
		return err != nil || least <= 0
	}
	return false
}
