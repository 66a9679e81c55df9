package models

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an Error is; handlers map it to an HTTP status in one place.
type Kind int

// The kinds of failure. KindInternal is the zero value: an error nobody classified is ours, not the caller's.
const (
	KindInternal Kind = iota
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindGone
	KindTooMany
	KindTooLarge
	KindUnavailable
	KindUnsupported // a file of a sort that is not taken
)

// Error is the one error vocabulary of Huisheng. Code is stable and for programs, Message and English are safe to show
// to a reader; the wrapped cause is for the log only.
type Error struct {
	Kind    Kind
	Code    string
	Message string         // Chinese, plain words, says what to do
	English string         // the same in English
	Fields  []FieldError   // which fields are wrong, if any
	Extra   map[string]any // further members of the problem document, safe to show
	cause   error
}

// FieldError locates one wrong field of a request.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// NewError declares a named error value; packages keep them beside the noun they belong to.
func NewError(kind Kind, code, message, english string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, English: english}
}

// Error gives the code and the cause, for logs; readers see Message instead.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.cause)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare by code, so that a copy with fields or a cause still equals its named value.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Because returns a copy that wraps cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// WithFields returns a copy that lists wrong fields.
func (e *Error) WithFields(fields ...FieldError) *Error {
	c := *e
	c.Fields = append(append([]FieldError(nil), e.Fields...), fields...)
	return &c
}

// With returns a copy with one more member for the problem document.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Extra = make(map[string]any, len(e.Extra)+1)
	for k, v := range e.Extra {
		c.Extra[k] = v
	}
	c.Extra[key] = value
	return &c
}

// The errors that any noun may give. Nouns add their own beside their type.
var (
	ErrInvalid         = NewError(KindInvalid, "invalid", "填写的内容有误，请检查标出的地方。", "Some fields are wrong; please check the ones listed.")
	ErrNotFound        = NewError(KindNotFound, "not_found", "没有找到，或您无权查看。", "Not found, or not yours to see.")
	ErrForbidden       = NewError(KindForbidden, "forbidden", "您的账号没有这项权限。", "Your account may not do this.")
	ErrUnauthenticated = NewError(KindUnauthenticated, "unauthenticated", "请先登录。", "Please log in first.")
	ErrConflict        = NewError(KindConflict, "conflict", "与已有的数据冲突，请刷新后再试。", "This conflicts with existing data; refresh and try again.")
	ErrTooMany         = NewError(KindTooMany, "too_many_requests", "操作太频繁，请稍后再试。", "Too many requests; please wait a little.")
	ErrUnavailable     = NewError(KindUnavailable, "unavailable", "服务暂时不可用，请稍后再试，已填的内容不会丢。", "The service is briefly unavailable; please try again, nothing you entered is lost.")
)
