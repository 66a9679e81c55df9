package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// Credentials are what somebody logs in with. OTP is a code of the second factor or a recovery code, for accounts that have one. Address is where
// they come from, for the limit; it is not kept. Device ("Chrome · Windows") helps them to know the login again.
type Credentials struct {
	Login, Password, OTP, Address, Device string
}

// Login is what a login or its renewal gives. Refresh is empty when the caller's own stays valid.
type Login struct {
	Access, Refresh string
	Account         models.Account
}

// Login checks a password and begins a session. A wrong name, a wrong password and their timing look the same. After five wrong passwords in a
// row the account is locked for a quarter of an hour, also against the right one.
func (s *Service) Login(ctx context.Context, in Credentials) (Login, error) {
	login := cleanLogin(in.Login)
	if fields := missing(login, in.Password); len(fields) > 0 {
		return Login{}, models.ErrInvalid.WithFields(fields...)
	}
	if err := s.throttle(ctx, login, in.Address); err != nil {
		return Login{}, err
	}
	a, err := s.Store.FindAccountByLogin(ctx, login)
	if errors.Is(err, models.ErrNotFound) {
		return Login{}, s.unknown(ctx, login, in.Password)
	}
	if err != nil {
		return Login{}, err
	}
	if err := s.verify(ctx, a.ID, in.Password, func(a models.Account) error { return s.checkSecond(ctx, a, in.OTP) }); err != nil {
		return Login{}, err
	}
	a.Failed = 0
	return s.begin(ctx, a, in.Device)
}

func missing(login, password string) (fields []models.FieldError) {
	if login == "" {
		fields = append(fields, models.FieldError{Field: "account", Code: "required", Message: "请填写账号。"})
	}
	switch {
	case password == "":
		fields = append(fields, models.FieldError{Field: "password", Code: "required", Message: "请填写密码。"})
	case utf8.RuneCountInString(password) > maxPassword:
		fields = append(fields, models.FieldError{Field: "password", Code: "password_too_long", Message: "密码太长了。"})
	}
	return fields
}

func (s *Service) throttle(ctx context.Context, login, address string) error {
	ok, wait := s.Limiter.Allow(ctx, "login/address/"+address, perAddress())
	if ok {
		ok, wait = s.Limiter.Allow(ctx, "login/account/"+login, perLogin())
	}
	if !ok {
		return models.ErrTooMany.With("retry_after", seconds(wait))
	}
	return nil
}

// unknown does the work that a known name would have caused, and answers like one.
func (s *Service) unknown(ctx context.Context, login, password string) error {
	if ok, wait := s.Limiter.Allow(ctx, "login/unknown/"+login, perUnknown()); !ok {
		return locked(wait)
	}
	if err := s.withSlot(ctx, func() error { matches(nobody, password); return nil }); err != nil {
		return err
	}
	return models.ErrWrongLogin
}

// verify checks the password of an account and counts the wrong ones. Reading the lock, checking and counting happen inside one slot: of many
// guesses that come at once, no more are judged than are allowed and the slots hold, and a right one that comes after the lock is refused by
// ConfirmLogin.
//
// second checks what else the account asks for. It comes before the wrong ones are forgotten, so that knowing the password gives nobody more guesses.
func (s *Service) verify(ctx context.Context, id models.AccountID, password string, second func(models.Account) error) error {
	return s.withSlot(ctx, func() error {
		a, err := s.Store.FindAccount(ctx, models.SystemScope(), id)
		if err != nil {
			return err
		}
		now := s.Now()
		if wait := a.LockedUntil.Sub(now); wait > 0 {
			return locked(wait)
		}
		if !matches(a.PasswordHash, password) {
			return s.wrong(ctx, a, models.ErrWrongLogin)
		}
		if a.Disabled {
			return models.ErrDisabled
		}
		switch err := second(a); {
		case errors.Is(err, models.ErrOTPWrong):
			return s.wrong(ctx, a, err)
		case err != nil:
			return err
		}
		open, err := s.Store.ConfirmLogin(ctx, a.ID, now)
		if err == nil && !open {
			err = locked(lockFor)
		}
		return err
	})
}

// wrong counts a wrong password or code and gives why, or what went wrong with counting.
func (s *Service) wrong(ctx context.Context, a models.Account, why error) error {
	justLocked, err := s.Store.CountWrongPassword(ctx, a.ID, maxWrong, s.Now().Add(lockFor))
	if err != nil {
		return err
	}
	return errors.Join(why, s.recordWrong(ctx, a, justLocked))
}

// noSecond is for whoever is logged in already and gives the password again.
func noSecond(models.Account) error { return nil }

func (s *Service) recordWrong(ctx context.Context, a models.Account, justLocked bool) error {
	action := models.AuditLoginFailed
	if justLocked {
		action = models.AuditAccountLocked
	}
	return s.Audit.Record(ctx, audit.Entry{Action: action, Object: object(a.ID), Org: a.Org, Region: a.Region})
}

func locked(wait time.Duration) error {
	return models.ErrAccountLocked.With("retry_after", seconds(wait))
}

// begin opens a session for an account whose password was right.
func (s *Service) begin(ctx context.Context, a models.Account, device string) (Login, error) {
	now := s.Now()
	refresh := newRefresh(models.NewID())
	x := models.Session{ID: refresh.session, Account: a.ID, Current: refresh.hash(), CreatedAt: now, ExpiresAt: now.Add(SessionTTL), Device: device, Pending: s.pending(a)}
	if err := s.Audit.Record(ctx, audit.Entry{By: principal(a, x.ID), Action: models.AuditLogin, Object: object(a.ID), Org: a.Org}); err != nil {
		return Login{}, err
	}
	if err := s.Store.CreateSession(ctx, x); err != nil {
		return Login{}, err
	}
	return s.tokens(a, x.ID, refresh.String())
}

// ChangePassword replaces the own password; every other session of the account ends.
func (s *Service) ChangePassword(ctx context.Context, p models.Principal, current, next string) error {
	a, err := s.Me(ctx, p)
	if err != nil {
		return err
	}
	fields := checkPassword("new_password", a.Login, next)
	if next == current {
		fields = append(fields, models.FieldError{Field: "new_password", Code: "password_unchanged", Message: "新密码不能和原密码相同。"})
	}
	if len(fields) > 0 {
		return models.ErrInvalid.WithFields(fields...)
	}
	if err := s.again(ctx, a.ID, current); err != nil {
		return err
	}
	phc, err := s.hash(ctx, next)
	if err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Entry{By: p, Action: models.AuditPasswordChanged, Object: object(a.ID), Org: a.Org}); err != nil {
		return err
	}
	mustChange := false
	if a, err = s.Store.UpdateAccount(ctx, models.SystemScope(), a.ID, store.AccountChange{PasswordHash: &phc, MustChange: &mustChange}); err != nil {
		return err
	}
	if err := s.Store.SetSessionPending(ctx, p.Session, s.pending(a)); err != nil {
		return err
	}
	return s.Store.DeleteSessionsOf(ctx, a.ID, p.Session)
}

// again checks the password of somebody who is logged in, before something that a borrowed browser must not do.
func (s *Service) again(ctx context.Context, id models.AccountID, password string) error {
	err := s.verify(ctx, id, password, noSecond)
	if errors.Is(err, models.ErrWrongLogin) { // not 401: the session is fine
		return models.ErrInvalid.WithFields(models.FieldError{Field: "current_password", Code: "wrong_password", Message: "原密码不对。"})
	}
	return err
}

// cleanLogin makes two ways of typing a name equal.
func cleanLogin(s string) string {
	return strings.ToLower(strings.TrimSpace(models.HalfWidth(s)))
}
