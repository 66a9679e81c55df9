// Package api holds the JSON handlers: parse, one use case, answer. What is wrong is returned as an error and becomes a problem document in
// handlers/web.
package api

import (
	"huisheng/app"
	"huisheng/models"
)

// API has the handlers of /api/v1.
type API struct{ app *app.App }

// New makes the handlers.
func New(a *app.App) *API { return &API{app: a} }

// mapped is a list with every item as callers see it.
func mapped[T, V any](list models.List[T], view func(T) V) models.List[V] {
	out := models.List[V]{Items: make([]V, len(list.Items)), Next: list.Next}
	for i, item := range list.Items {
		out.Items[i] = view(item)
	}
	return out
}
