package models

// ValueError says what is wrong with one value that somebody typed: an identity document, a phone number, a name. Code is stable and for
// programs; Message is Chinese, says what to do, and never repeats the value, so it may be shown, logged and counted.
type ValueError struct {
	Code    string
	Message string
}

// Error gives the code alone: logs need no more.
func (e *ValueError) Error() string { return e.Code }

// Is compares by code, so that a warning copied by value still equals its named value.
func (e *ValueError) Is(target error) bool {
	t, ok := target.(*ValueError)
	return ok && t.Code == e.Code
}
