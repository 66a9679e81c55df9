// Package account is about the people behind desks: logging in and out, sessions, passwords, and who may make accounts for whom.
package account

import (
	"context"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/access"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// How long things last, and how often they may be tried.
const (
	AccessTTL     = 15 * time.Minute
	SessionTTL    = 7 * 24 * time.Hour // from the login, however often it is renewed
	maxWrong      = 5                  // wrong passwords in a row
	lockFor       = 15 * time.Minute
	parallelGrace = 10 * time.Second // for the requests that a browser had under way with the token before
)

// perAddress and perLogin slow down whoever tries many names or one name from many addresses; an office behind one address must still get in.
func perAddress() port.Limit { return port.Limit{Rate: 240, Per: time.Minute} }
func perLogin() port.Limit   { return port.Limit{Rate: 60, Per: time.Minute} }

// perUnknown makes a name that nobody has behave like one that is locked after some wrong passwords.
func perUnknown() port.Limit { return port.Limit{Rate: maxWrong, Per: lockFor} }

// Deps is what the service works with.
type Deps struct {
	Store   *store.Store
	Box     *seal.Box
	Catalog *catalog.Catalog
	Limiter port.Limiter
	Audit   *audit.Log
	Now     port.Clock
	Idle    time.Duration // how long a login may lie unused before it ends; zero: until its week is over
	Strict  bool          // as in production: regulators must have a second factor, and an initial password opens nothing but its own change
}

// Service has the use cases of accounts. It is safe for concurrent use.
type Service struct {
	Deps
	signer   *access.Signer
	recovery seal.Hasher
	slots    chan struct{} // one per password being checked
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		Deps: d, signer: access.New(d.Box.Key("jwt/operator"), "operator", d.Now), recovery: d.Box.Hasher("recovery"), slots: make(chan struct{}, parallelChecks()),
	}
}

// Me gives the account of whoever is logged in, as it is now.
func (s *Service) Me(ctx context.Context, p models.Principal) (models.Account, error) {
	return s.Store.FindAccount(ctx, models.SystemScope(), p.Account)
}

func principal(a models.Account, session string) models.Principal {
	return models.Principal{Account: a.ID, Name: a.Name, Role: a.Role, Org: a.Org, Region: a.Region, Session: session}
}

func object(id models.AccountID) string { return "account/" + string(id) }

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
