// Package fault is the one vocabulary of things that went wrong.
//
// A rule returns a fault with a code and a sentence: what is wrong with this
// case, its numbers, the next step. The edge (package api) turns the code
// into a status and a problem document in one table; nothing below it knows
// about HTTP. An error that is not a fault is ours, and is shown as
// "internal" without its text.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is the stable name of a problem, as clients see it. See codes.go.
type Code string

// Field is one wrong part of a request.
type Field struct {
	Pointer string // RFC 6901 pointer into the body, or the parameter's name
	Code    Code
	Detail  string
}

// Error is a fault: Code for programs, Detail for people.
type Error struct {
	Code       Code
	Detail     string
	Fields     []Field        // every wrong field at once, where fields are wrong
	Data       map[string]any // further members of the problem document, such as the missing coins
	RetryAfter time.Duration  // > 0 when it is known how long to wait
	cause      error
}

// New returns a fault. The detail is a format for a whole sentence.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault that keeps the error which led to it, for the log.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...), cause: err}
}

// Error implements error: code and detail, for logs and tests.
func (e *Error) Error() string {
	if e.cause != nil {
		return string(e.Code) + ": " + e.Detail + ": " + e.cause.Error()
	}
	return string(e.Code) + ": " + e.Detail
}

// Unwrap returns the error that led to the fault, if any.
func (e *Error) Unwrap() error { return e.cause }

// With adds a member to the problem document and returns the fault.
func (e *Error) With(name string, value any) *Error {
	if e.Data == nil {
		e.Data = map[string]any{}
	}
	e.Data[name] = value
	return e
}

// After says how long to wait before trying again and returns the fault.
func (e *Error) After(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// At adds a wrong field and returns the fault.
func (e *Error) At(pointer string, code Code, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Pointer: pointer, Code: code, Detail: fmt.Sprintf(format, args...)})
	return e
}

// CodeOf returns the code of the fault in err's chain, or "" if it has none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return CodeOf(err) == code }
