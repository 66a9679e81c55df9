package models

// Page asks for one stretch of a list: at most Limit items after the one whose id is After (empty: from the start).
type Page struct {
	Limit int
	After string
}

// List is one page of a list as callers see it. Next is what to give as `after` for the following page; empty at the end.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// NewList cuts items, read with one more than the page's limit, to the page and names the next one by the id of the last item kept. Items is never
// nil, so that an empty list is written as [] and not as null.
func NewList[T any](items []T, p Page, id func(T) string) List[T] {
	if len(items) > p.Limit {
		items = items[:p.Limit]
		return List[T]{Items: items, Next: id(items[len(items)-1])}
	}
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items}
}
