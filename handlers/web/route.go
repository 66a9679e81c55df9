package web

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// Guard says who may call a route. The zero Guard admits nobody, and Mount refuses it, so that a forgotten guard is found at the start.
type Guard uint32

// The guards. Exactly one of them per route; roles, from Roles, may be several.
const (
	Public          Guard = 1 << iota // everybody
	Any                               // whoever is logged in
	RespondentToken                   // holders of a respondent's token
	DepartmentToken                   // holders of a department's token
	Dev                               // everybody, in development only; elsewhere the route does not exist
	Private                           // callers inside the private network, not through a proxy
	province
	city
	alliance
	operator
	claimsWrite
	batchesRead
	figuresWrite
	indicatorsRead
	orgsRead
)

const (
	roles  = province | city | alliance | operator
	scopes = claimsWrite | batchesRead | figuresWrite | indicatorsRead | orgsRead
)

// Roles admits logged-in accounts with one of the roles.
func Roles(allowed ...models.Role) Guard {
	var g Guard
	for _, r := range allowed {
		g |= roleGuard(r)
	}
	return g
}

func roleGuard(r models.Role) Guard {
	switch r {
	case models.RoleProvince:
		return province
	case models.RoleCity:
		return city
	case models.RoleAlliance:
		return alliance
	case models.RoleOperator:
		return operator
	}
	return 0
}

// Or also admits machine clients whose key has the scope. A route that does not say so is closed to them, also one for whoever is logged in.
func (g Guard) Or(s models.KeyScope) Guard { return g | scopeGuard(s) }

func scopeGuard(s models.KeyScope) Guard {
	switch s {
	case models.ScopeClaimsWrite:
		return claimsWrite
	case models.ScopeBatchesRead:
		return batchesRead
	case models.ScopeFiguresWrite:
		return figuresWrite
	case models.ScopeIndicatorsRead:
		return indicatorsRead
	case models.ScopeOrgsRead:
		return orgsRead
	}
	return 0
}

// valid: roles, perhaps with scopes, or one other guard; scopes alone need no role.
func (g Guard) valid() bool {
	return g&(roles|scopes) != 0 && g&^(roles|scopes) == 0 || bits.OnesCount32(uint32(g)) == 1
}

// defaultBody is how many bytes of body a route takes unless it says otherwise.
const defaultBody = 64 << 10

// Route is one line of the table of routes.
type Route struct {
	Method  string
	Path    string
	Guard   Guard
	Handler fiber.Handler
	limit   int           // bytes of body
	stream  bool          // the handler reads the body itself
	timeout time.Duration // of handling; a long one also gives the client longer to send
}

// Body allows a body of n bytes.
func (r Route) Body(n int) Route { r.limit = n; return r }

// Stream leaves the body to the handler, which reads it from Body(c) instead of having it in memory.
func (r Route) Stream() Route { r.stream = true; return r }

// Timeout allows the handling to take d.
func (r Route) Timeout(d time.Duration) Route { r.timeout = d; return r }

// Mount adds routes. It panics on a route without a guard, with a guard that nobody implements, or mounted twice: mistakes of the programmer,
// found at the start.
func (f *Frame) Mount(app *fiber.App, routes []Route) {
	seen := map[string]bool{}
	for _, r := range routes {
		name := r.Method + " " + r.Path
		switch {
		case !r.Guard.valid():
			panic("web: route " + name + " has no guard")
		case r.Guard == RespondentToken && f.o.Respondent == nil, r.Guard == DepartmentToken && f.o.Department == nil:
			panic("web: route " + name + " has a guard that nobody implements")
		case seen[name]:
			panic("web: route " + name + " is listed twice")
		}
		seen[name] = true
		h := f.handler(r)
		app.Add(r.Method, r.Path, h)
		if r.Method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.Path, h)
		}
	}
}

// handler wraps a route: deadline, guard, body, and the check against forged forms, in this order.
func (f *Frame) handler(r Route) fiber.Handler {
	if r.timeout == 0 {
		r.timeout = DefaultTimeout
	}
	if r.limit == 0 {
		r.limit = defaultBody
	}
	r.limit = min(r.limit, f.o.BodyLimit)
	return func(c *fiber.Ctx) error {
		st := stateOf(c)
		st.pattern = r.Path
		ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
		defer cancel()
		c.SetUserContext(ctx)
		if err := f.admit(c, st, r.Guard); err != nil {
			return err
		}
		if err := takeBody(c, r); err != nil {
			return err
		}
		if err := f.refuseForgery(c, st); err != nil {
			return err
		}
		return f.tracked(c, r.Handler)
	}
}

// tracked runs a handler and settles what it recorded once it knows what came of it: it has done its work, or refused. After a panic, or when a server behind
// us did not answer, it does not know.
func (f *Frame) tracked(c *fiber.Ctx, handle fiber.Handler) error {
	if f.o.Track == nil {
		return handle(c)
	}
	ctx, settle := f.o.Track(c.UserContext())
	c.SetUserContext(ctx)
	err := handle(c)
	if known(err) {
		settle()
	}
	return err
}

// known says whether an error, or none, is an answer of ours: a failure of something else may come before or after the change.
func known(err error) bool {
	var e *models.Error
	var refused *fiber.Error
	return err == nil || errors.As(err, &refused) || errors.As(err, &e) && e.Kind != models.KindUnavailable && e.Kind != models.KindInternal
}

// admit is the guard.
func (f *Frame) admit(c *fiber.Ctx, st *state, g Guard) error {
	switch g {
	case Public:
		return nil
	case Dev:
		if f.o.Production {
			return errNoRoute
		}
		return nil
	case Private:
		return f.admitPrivate(c)
	case RespondentToken:
		return f.o.Respondent(c)
	case DepartmentToken:
		return f.o.Department(c)
	}
	if err := f.identify(c, st); err != nil {
		return err
	}
	return allow(st.principal, g)
}

// allow says whether a logged-in account or a client may enter. Whoever has something to do first may enter only what is open to every account: the pages
// and calls with which it is done are among those.
func allow(p models.Principal, g Guard) error {
	if p.Role == models.RoleClient {
		for _, s := range p.Scopes {
			if g&scopeGuard(s) != 0 {
				return nil
			}
		}
		return models.ErrForbidden.Because(fmt.Errorf("client with scopes %v", p.Scopes))
	}
	switch {
	case g == Any:
		return nil
	case g&roleGuard(p.Role) == 0:
		return models.ErrForbidden.Because(fmt.Errorf("role %q", p.Role))
	case p.Pending == models.PendingPassword:
		return models.ErrMustChange
	case p.Pending == models.PendingOTP:
		return models.ErrMustEnrol
	}
	return nil
}
