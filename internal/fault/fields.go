package fault

import (
	"fmt"
	"strings"
)

// Wrong returns what is wrong with one part of a request; Fields says with
// which. The detail is a format for a whole sentence.
func Wrong(code Code, format string, args ...any) *Field {
	return &Field{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Fields collects all that is wrong with a request, so that it is told at once.
type Fields []Field

// Add notes what is wrong at the pointer; nil is nothing.
func (f *Fields) Add(pointer string, wrong *Field) {
	if wrong != nil {
		wrong.Pointer = pointer
		*f = append(*f, *wrong)
	}
}

// Err returns the fault of the request, or nil. Its code is that of the fields
// if they agree, else validation_failed; its sentence is that of the only
// field, or one that counts them.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	e := New(f[0].Code, "%s", f[0].Detail)
	if len(f) > 1 {
		e.Detail = fmt.Sprintf("%d fields are wrong; each is listed with what it may be. Nothing was changed.", len(f))
	}
	for _, field := range f {
		if field.Code != e.Code {
			e.Code = ValidationFailed
		}
	}
	e.Fields = f
	return e
}

// Clip shortens what somebody sent, for a sentence that shows it again.
func Clip(s string) string {
	const most = 40 // bytes
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
