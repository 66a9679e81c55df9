package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"huisheng/app/audit"
	"huisheng/internal/token"
	"huisheng/models"
)

// The second factor: codes of six digits that an authenticator app makes from a shared secret and the time (RFC 6238).
const (
	stepLength    = 30 // seconds
	stepSkew      = 1  // steps before and after that count: phones' clocks are not exact
	secretLen     = 20 // bytes, as RFC 4226 recommends
	enrolWithin   = 15 * time.Minute
	recoveryCodes = 10
)

// pending says what the holder of a new login has to do before anything else.
func (s *Service) pending(a models.Account) models.Pending {
	switch {
	case !s.Strict:
		return models.PendingNothing // the console leads to the page of the password all the same
	case a.MustChange:
		return models.PendingPassword
	case a.OTPRequired() && a.Second == nil:
		return models.PendingOTP
	}
	return models.PendingNothing
}

func secretPlace(id models.AccountID) string { return "account/" + string(id) + "/otp" }

// checkSecond checks a code for an account that has a second factor. It takes what it accepts: no code opens twice.
func (s *Service) checkSecond(ctx context.Context, a models.Account, code string) error {
	if a.Second == nil {
		return nil
	}
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(models.HalfWidth(code)))
	if code == "" {
		return models.ErrOTPNeeded
	}
	if len(code) == recoveryLen {
		ok, err := s.Store.UseRecovery(ctx, a.ID, s.recoveryHash(a.ID, code))
		if err != nil {
			return err
		}
		if !ok {
			return models.ErrOTPWrong
		}
		return s.recordOTP(ctx, models.Principal{Account: a.ID, Role: a.Role, Region: a.Region}, a, "recovery_code_used")
	}
	step, err := s.matchStep(a.ID, a.Second.Secret, code)
	if err != nil {
		return err
	}
	ok, err := s.Store.UseStep(ctx, a.ID, step)
	if err == nil && !ok {
		err = models.ErrOTPWrong // used already
	}
	return err
}

// matchStep gives the time step whose code this is, or ErrOTPWrong.
func (s *Service) matchStep(id models.AccountID, sealed []byte, code string) (int64, error) {
	secret, err := s.Box.Open(sealed, secretPlace(id))
	if err != nil {
		return 0, err
	}
	now, found := s.Now().Unix()/stepLength, int64(0)
	for step := now - stepSkew; step <= now+stepSkew; step++ {
		want, err := codeAt(string(secret), step)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	if found == 0 {
		return 0, models.ErrOTPWrong
	}
	return found, nil
}

func codeAt(secret string, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // steps of time since 1970, never negative
	if err != nil {
		return "", fmt.Errorf("one-time password: %w", err)
	}
	return code, nil
}

// Enrolment is what an authenticator app needs. URI is for a QR code, Secret for typing.
type Enrolment struct {
	Secret string
	URI    string
}

// StartOTP makes a second factor for the own account, which counts once it is confirmed. Starting again makes another one.
func (s *Service) StartOTP(ctx context.Context, p models.Principal, password string) (Enrolment, error) {
	a, err := s.Me(ctx, p)
	if err != nil {
		return Enrolment{}, err
	}
	if a.Second != nil {
		return Enrolment{}, models.ErrOTPOn
	}
	if err := s.again(ctx, a.ID, password); err != nil {
		return Enrolment{}, err
	}
	raw := make([]byte, secretLen)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	sealed, err := s.Box.Seal([]byte(secret), secretPlace(a.ID))
	if err != nil {
		return Enrolment{}, err
	}
	ok, err := s.Store.StartSecond(ctx, a.ID, models.SecondFactor{Secret: sealed, Since: s.Now()})
	if err == nil && !ok {
		err = models.ErrOTPOn
	}
	return enrolment(a.Login, secret), err
}

func enrolment(login, secret string) Enrolment {
	q := url.Values{"secret": {secret}, "issuer": {"Huisheng"}, "digits": {"6"}, "period": {fmt.Sprint(stepLength)}}
	return Enrolment{Secret: secret, URI: "otpauth://totp/" + url.PathEscape("Huisheng:"+login) + "?" + q.Encode()}
}

// Enrolling gives the second factor that the own account has started and not confirmed; ErrOTPNotSetUp when there is none, or no longer.
func (s *Service) Enrolling(ctx context.Context, p models.Principal) (Enrolment, error) {
	a, err := s.Me(ctx, p)
	if err != nil {
		return Enrolment{}, err
	}
	if err := s.enrolling(a); err != nil {
		return Enrolment{}, err
	}
	secret, err := s.Box.Open(a.Enrolling.Secret, secretPlace(a.ID))
	return enrolment(a.Login, string(secret)), err
}

func (s *Service) enrolling(a models.Account) error {
	switch {
	case a.Second != nil:
		return models.ErrOTPOn
	case a.Enrolling == nil, s.Now().Sub(a.Enrolling.Since) > enrolWithin:
		return models.ErrOTPNotSetUp
	}
	return nil
}

// ConfirmOTP puts the second factor in force with its first code, and gives the recovery codes this once. Every other login of the account ends.
func (s *Service) ConfirmOTP(ctx context.Context, p models.Principal, code string) ([]string, error) {
	a, err := s.Me(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := s.enrolling(a); err != nil {
		return nil, err
	}
	step, err := s.matchStep(a.ID, a.Enrolling.Secret, strings.ReplaceAll(models.HalfWidth(code), " ", ""))
	if errors.Is(err, models.ErrOTPWrong) { // not 401: the session is fine
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "otp", Code: "otp_wrong", Message: models.ErrOTPWrong.Message})
	}
	if err != nil {
		return nil, err
	}
	codes, hashes := s.newRecovery(a.ID)
	if err := s.recordOTP(ctx, p, a, "set_up"); err != nil {
		return nil, err
	}
	ok, err := s.Store.ConfirmSecond(ctx, a.ID, a.Enrolling.Secret, models.SecondFactor{Secret: a.Enrolling.Secret, Since: s.Now(), Step: step, Recovery: hashes})
	if err == nil && !ok {
		err = models.ErrOTPNotSetUp
	}
	if err != nil {
		return nil, err
	}
	a.Second = &models.SecondFactor{}
	if err := s.Store.SetSessionPending(ctx, p.Session, s.pending(a)); err != nil {
		return nil, err
	}
	return codes, s.Store.DeleteSessionsOf(ctx, a.ID, p.Session)
}

// RemoveOTP turns the own second factor off, where that is allowed.
func (s *Service) RemoveOTP(ctx context.Context, p models.Principal, password, code string) error {
	a, err := s.Me(ctx, p)
	if err != nil {
		return err
	}
	switch {
	case s.Strict && a.OTPRequired():
		return models.ErrOTPMust
	case a.Second == nil:
		return models.ErrOTPNotSetUp
	}
	err = s.verify(ctx, a.ID, password, func(a models.Account) error { return s.checkSecond(ctx, a, code) })
	switch { // not 401: the session is fine
	case errors.Is(err, models.ErrWrongLogin):
		return models.ErrInvalid.WithFields(models.FieldError{Field: "current_password", Code: "wrong_password", Message: "原密码不对。"})
	case errors.Is(err, models.ErrOTPWrong), errors.Is(err, models.ErrOTPNeeded):
		return models.ErrInvalid.WithFields(models.FieldError{Field: "otp", Code: "otp_wrong", Message: models.ErrOTPWrong.Message})
	case err != nil:
		return err
	}
	if err := s.recordOTP(ctx, p, a, "removed"); err != nil {
		return err
	}
	_, err = s.Store.UpdateAccount(ctx, models.SystemScope(), a.ID, accountWithoutSecond)
	return err
}

// recoveryLen is the length of a recovery code without its dash: 50 bits each.
const recoveryLen = 10

func (s *Service) newRecovery(id models.AccountID) (codes, hashes []string) {
	for range recoveryCodes {
		c := randomText(recoveryLen)
		codes, hashes = append(codes, c[:recoveryLen/2]+"-"+c[recoveryLen/2:]), append(hashes, s.recoveryHash(id, c))
	}
	return codes, hashes
}

func (s *Service) recoveryHash(id models.AccountID, code string) string {
	return s.recovery.ID(string(id), code)
}

// randomText draws characters that cannot be mistaken for one another.
func randomText(n int) string {
	var b strings.Builder
	raw := make([]byte, 1)
	for b.Len() < n {
		_, _ = rand.Read(raw)                                          // never fails: it ends the program instead
		if int(raw[0]) < 256/len(token.Alphabet)*len(token.Alphabet) { // or the first characters of the alphabet would come more often
			b.WriteByte(token.Alphabet[int(raw[0])%len(token.Alphabet)])
		}
	}
	return b.String()
}

func (s *Service) recordOTP(ctx context.Context, p models.Principal, a models.Account, what string) error {
	return s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditOTPChanged, Object: object(a.ID), Org: a.Org, Region: a.Region, Detail: map[string]string{"what": what},
	})
}
