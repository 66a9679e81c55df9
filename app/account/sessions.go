package account

import (
	"context"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

var accountWithoutSecond = store.AccountChange{ResetSecond: true}

// LoginView is one login of an account as its owner or an administrator sees it.
type LoginView struct {
	ID        string
	Device    string
	Since     time.Time
	SeenAt    time.Time // when its tokens were last renewed
	ExpiresAt time.Time
	Own       bool // the one that is looking
}

// Sessions lists the own logins, the newest first.
func (s *Service) Sessions(ctx context.Context, p models.Principal) ([]LoginView, error) {
	return s.sessionsOf(ctx, p, p.Account)
}

// SessionsOf lists the logins of an account that p may change.
func (s *Service) SessionsOf(ctx context.Context, p models.Principal, id models.AccountID) ([]LoginView, error) {
	if _, err := s.mayManage(ctx, p, id); err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, p, id)
}

func (s *Service) sessionsOf(ctx context.Context, p models.Principal, id models.AccountID) ([]LoginView, error) {
	list, err := s.Store.ListSessions(ctx, id, s.Now())
	out := make([]LoginView, len(list))
	for i, x := range list {
		out[i] = LoginView{ID: x.ID, Device: x.Device, Since: x.CreatedAt, SeenAt: x.SeenAt(), ExpiresAt: x.ExpiresAt, Own: x.ID == p.Session}
	}
	return out, err
}

// EndSession ends one of the own logins, at once. ErrNotFound when there is none with this id.
func (s *Service) EndSession(ctx context.Context, p models.Principal, id string) error {
	a, err := s.Me(ctx, p)
	if err != nil {
		return err
	}
	x, err := s.Store.FindSession(ctx, id, s.Now())
	if err == nil && x.Account != p.Account {
		err = models.ErrNotFound
	}
	if err != nil {
		return err
	}
	if err := s.recordEnded(ctx, p, a, "one"); err != nil {
		return err
	}
	return s.Store.DeleteSession(ctx, id)
}

// EndOtherSessions ends every own login but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, p models.Principal) error {
	a, err := s.Me(ctx, p)
	if err != nil {
		return err
	}
	if err := s.recordEnded(ctx, p, a, "others"); err != nil {
		return err
	}
	return s.Store.DeleteSessionsOf(ctx, p.Account, p.Session)
}

// EndSessionsOf ends every login of an account that p may change.
func (s *Service) EndSessionsOf(ctx context.Context, p models.Principal, id models.AccountID) error {
	a, err := s.mayManage(ctx, p, id)
	if err != nil {
		return err
	}
	if err := s.recordEnded(ctx, p, a, "all"); err != nil {
		return err
	}
	return s.Store.DeleteSessionsOf(ctx, id, "")
}

// mayManage reads an account that p may change: the province every one, a city the operators of its organisations, nobody their own.
func (s *Service) mayManage(ctx context.Context, p models.Principal, id models.AccountID) (models.Account, error) {
	a, err := s.Store.FindAccount(ctx, p.Scope(), id)
	if err != nil {
		return a, err
	}
	if a.ID == p.Account || p.Role != models.RoleProvince && (p.Role != models.RoleCity || a.Role != models.RoleOperator) {
		return a, models.ErrForbidden
	}
	return a, nil
}

func (s *Service) recordEnded(ctx context.Context, p models.Principal, a models.Account, what string) error {
	return s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditSessionEnded, Object: object(a.ID), Org: a.Org, Region: a.Region, Detail: map[string]string{"which": what},
	})
}
