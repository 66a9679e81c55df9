package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/internal/access"
	"huisheng/models"
)

// refreshToken is a session's id and a secret of 32 random bytes. The database has the secret's hash alone; a plain hash is enough for what
// cannot be guessed.
type refreshToken struct {
	session string
	secret  string
}

func newRefresh(session string) refreshToken {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: it ends the program instead
	return refreshToken{session: session, secret: base64.RawURLEncoding.EncodeToString(secret)}
}

func readRefresh(s string) (refreshToken, bool) {
	session, secret, ok := strings.Cut(s, ".")
	return refreshToken{session: session, secret: secret}, ok && len(session) == 26 && len(secret) == 43
}

func (r refreshToken) String() string { return r.session + "." + r.secret }

func (r refreshToken) hash() []byte {
	h := sha256.Sum256([]byte(r.secret))
	return h[:]
}

// claims is what an access token carries; short names, it travels with every request.
type claims struct {
	Account models.AccountID `json:"a"`
	Name    string           `json:"n"`
	Role    models.Role      `json:"r"`
	Org     models.OrgID     `json:"o,omitempty"`
	Region  string           `json:"g,omitempty"`
	Session string           `json:"s"`
}

func (s *Service) tokens(a models.Account, session, refresh string) (Login, error) {
	p := principal(a, session)
	t, err := access.Sign(s.signer, claims{Account: p.Account, Name: p.Name, Role: p.Role, Org: p.Org, Region: p.Region, Session: p.Session}, AccessTTL)
	return Login{Access: t, Refresh: refresh, Account: a}, err
}

// Authenticate tells whose access token it is. A session that was ended ends its access tokens at once: it costs one read by id, and only
// desks pay it.
func (s *Service) Authenticate(ctx context.Context, token string) (models.Principal, error) {
	if strings.HasPrefix(token, keyPrefix) {
		return s.authenticateClient(ctx, token)
	}
	c, _, err := access.Parse[claims](s.signer, token)
	if err != nil {
		return models.Principal{}, models.ErrUnauthenticated.Because(err)
	}
	x, err := s.Store.FindSession(ctx, c.Session, s.Now())
	if err != nil {
		return models.Principal{}, unauthenticated(err)
	}
	return models.Principal{Account: c.Account, Name: c.Name, Role: c.Role, Org: c.Org, Region: c.Region, Session: c.Session, Pending: x.Pending}, nil
}

func unauthenticated(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return models.ErrRefresh.Because(err)
	}
	return err
}

// Refresh gives new tokens for a refresh token, once. A token that comes a second time has been copied: the session ends for whoever has a
// part of it. Name and role are read anew from the account.
func (s *Service) Refresh(ctx context.Context, token string) (Login, error) {
	return s.refresh(ctx, token, 0)
}

// Renew is Refresh for a browser, which sends several requests at once with the same cookies: for a few seconds the token before gives another
// access token, without a new refresh token.
func (s *Service) Renew(ctx context.Context, token string) (Login, error) {
	return s.refresh(ctx, token, parallelGrace)
}

func (s *Service) refresh(ctx context.Context, token string, grace time.Duration) (Login, error) {
	r, ok := readRefresh(token)
	if !ok {
		return Login{}, models.ErrRefresh
	}
	now := s.Now()
	x, a, err := s.session(ctx, r.session, now)
	if err != nil {
		return Login{}, err
	}
	if s.idle(x, now) {
		if err := s.recordEnded(ctx, principal(a, x.ID), a, "idle"); err != nil {
			return Login{}, err
		}
		if err := s.Store.DeleteSession(ctx, x.ID); err != nil {
			return Login{}, err
		}
		return Login{}, models.ErrIdle
	}
	next := newRefresh(r.session)
	won, err := s.Store.RotateSession(ctx, x.ID, r.hash(), next.hash(), now)
	if err != nil {
		return Login{}, err
	}
	if won {
		return s.tokens(a, x.ID, next.String())
	}
	if x, err = s.Store.FindSession(ctx, x.ID, now); err != nil { // as the winner left it
		return Login{}, unauthenticated(err)
	}
	if grace > 0 && now.Sub(x.RotatedAt) <= grace && subtle.ConstantTimeCompare(x.Previous, r.hash()) == 1 {
		return s.tokens(a, x.ID, "")
	}
	if err := s.end(ctx, principal(a, x.ID), models.AuditTokenReused); err != nil {
		return Login{}, err
	}
	return Login{}, models.ErrRefresh
}

// idle says whether a login has lain unused for too long. While an access token lasts nothing is heard of whoever uses it, so that time is theirs as well.
func (s *Service) idle(x models.Session, now time.Time) bool {
	return s.Idle > 0 && now.Sub(x.SeenAt()) > s.Idle+AccessTTL
}

// session reads a session and its account; ErrRefresh when either is over.
func (s *Service) session(ctx context.Context, id string, now time.Time) (models.Session, models.Account, error) {
	x, err := s.Store.FindSession(ctx, id, now)
	if err != nil {
		return x, models.Account{}, unauthenticated(err)
	}
	a, err := s.Store.FindAccount(ctx, models.SystemScope(), x.Account)
	if err == nil && a.Disabled {
		err = models.ErrRefresh.Because(models.ErrDisabled)
	}
	return x, a, unauthenticated(err)
}

// Logout ends the session of whoever is logged in.
func (s *Service) Logout(ctx context.Context, p models.Principal) error {
	return s.end(ctx, p, models.AuditLogout)
}

// LogoutToken ends the session of a refresh token, current or just replaced. A token that is no longer valid is no error: there is nothing
// left to end.
func (s *Service) LogoutToken(ctx context.Context, token string) error {
	r, ok := readRefresh(token)
	if !ok {
		return models.ErrRefresh
	}
	x, a, err := s.session(ctx, r.session, s.Now())
	if errors.Is(err, models.ErrRefresh) {
		return nil
	}
	if err != nil {
		return err
	}
	if h := r.hash(); subtle.ConstantTimeCompare(x.Current, h) != 1 && subtle.ConstantTimeCompare(x.Previous, h) != 1 {
		return models.ErrRefresh
	}
	return s.end(ctx, principal(a, x.ID), models.AuditLogout)
}

func (s *Service) end(ctx context.Context, p models.Principal, why models.AuditAction) error {
	if err := s.Audit.Record(ctx, audit.Entry{By: p, Action: why, Object: object(p.Account), Org: p.Org}); err != nil {
		return err
	}
	return s.Store.DeleteSession(ctx, p.Session)
}
