package respond

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"
	"time"

	"huisheng/app/port"
	"huisheng/internal/access"
	"huisheng/internal/token"
	"huisheng/models"
)

// The limits per address are wide, because a factory shares one; what stops a guesser of digits is the count in MongoDB per invitation. Codes are
// another matter: there only wrong ones count, and whoever has had too many is kept out for a while, right or wrong.
var (
	entryPerAddress = port.Limit{Rate: 600, Per: time.Minute}
	wrongPerAddress = port.Limit{Rate: 30, Per: time.Minute}
	wrongOverAll    = port.Limit{Rate: 600, Per: time.Minute}
)

// penaltyTime is how long an address with too many wrong codes is kept out.
const penaltyTime = time.Minute

// Entry is how a person asks to be let in: exactly one of Token, Code and Poster.
type Entry struct {
	Token  string // personal link or printed QR
	Code   string // typed from the message
	Poster string // batch poster or staff supervision poster
	IDTail string // last 4 of the document; last 6 for a batch poster
	Name   string // batch poster
	Phone  string // staff supervision: the person's own
	OTP    string // the one-time code, in the second step
	Addr   string // the caller's address, for limits only; never stored
}

// Admission is a session, or the news that a one-time code is on its way.
type Admission struct {
	RespondentToken string
	Questionnaire   *models.Questionnaire
	About           models.About
	ClosesAt        time.Time
	OTPRequired     bool
	Phone           string // where the one-time code went, masked
}

// Enter lets a person in. See the contract: 401 wrong, 410 closed, 409 already answered (with receipt and a token to correct), 429 too many.
func (s *Service) Enter(ctx context.Context, e Entry) (Admission, error) {
	if err := s.allow(ctx, "entry/"+e.Addr, entryPerAddress); err != nil {
		return Admission{}, err
	}
	switch {
	case e.Token != "":
		return s.enterByToken(ctx, e)
	case e.Code != "":
		return s.enterByCode(ctx, e)
	case e.Poster != "":
		return s.enterByPoster(ctx, e)
	}
	return Admission{}, models.ErrInvalid.WithFields(models.FieldError{Field: "token", Code: "required", Message: "请打开短信中的链接，或输入填写码。"})
}

func (s *Service) allow(ctx context.Context, key string, l port.Limit) error {
	if ok, retry := s.limiter.Allow(ctx, key, l); !ok {
		return models.ErrTooMany.With("retry_after", int(retry/time.Second)+1)
	}
	return nil
}

func (s *Service) enterByToken(ctx context.Context, e Entry) (Admission, error) {
	kind, id, err := s.ident.Tokens.Read(e.Token)
	if err != nil || kind != token.Direct && kind != token.Printed {
		return Admission{}, models.ErrBadToken
	}
	inv, err := s.proveTail(ctx, models.InvitationID(id), e.IDTail)
	if errors.Is(err, models.ErrNotFound) {
		return Admission{}, models.ErrBadToken
	}
	if err != nil {
		return Admission{}, err
	}
	if inv.Contact != "" {
		return s.enterContact(ctx, e, inv)
	}
	if kind == token.Printed { // paper passes through the organisation's hands
		subject := "printed/" + id
		if e.OTP == "" {
			return s.codeOnItsWay(ctx, subject, &inv)
		}
		if err := s.otp.VerifyOneTime(ctx, subject, e.OTP); err != nil {
			return Admission{}, err
		}
		return s.admitInvited(ctx, inv, models.ChannelPrinted)
	}
	return s.admitInvited(ctx, inv, models.ChannelDirect)
}

func (s *Service) enterByCode(ctx context.Context, e Entry) (Admission, error) {
	if wait := s.penalties.left(e.Addr, s.now()); wait > 0 {
		return Admission{}, models.ErrTooMany.With("retry_after", int(wait/time.Second)+1)
	}
	inv, err := s.findByCode(ctx, e)
	if errors.Is(err, models.ErrWrongCode) {
		s.punish(ctx, e.Addr)
	}
	if err != nil {
		return Admission{}, err
	}
	if inv.Contact != "" {
		return s.enterContact(ctx, e, inv)
	}
	return s.admitInvited(ctx, inv, models.ChannelDirect)
}

// findByCode gives the invitation of a code whose digits are right. A wrong code and wrong digits are the same error, which does not say whether the code exists.
func (s *Service) findByCode(ctx context.Context, e Entry) (models.Invitation, error) {
	code, ok := token.CleanCode(e.Code)
	if !ok {
		return models.Invitation{}, models.ErrWrongCode
	}
	inv, err := s.store.FindInvitationByCode(ctx, s.ident.CodeMAC(code))
	if errors.Is(err, models.ErrNotFound) {
		return inv, models.ErrWrongCode
	}
	if err != nil {
		return inv, err
	}
	inv, err = s.proveTail(ctx, inv.ID, e.IDTail)
	if errors.Is(err, models.ErrWrongTail) {
		return inv, models.ErrWrongCode
	}
	return inv, err
}

// punish counts a wrong code and keeps its address out when it was one too many.
func (s *Service) punish(ctx context.Context, addr string) {
	one, _ := s.limiter.Allow(ctx, "wrong code/"+addr, wrongPerAddress)
	all, _ := s.limiter.Allow(ctx, "wrong code", wrongOverAll)
	if !one || !all {
		s.penalties.add(addr, s.now().Add(penaltyTime))
	}
}

// proveTail counts the attempt, then compares in constant time.
func (s *Service) proveTail(ctx context.Context, id models.InvitationID, tail string) (models.Invitation, error) {
	now := s.now()
	inv, err := s.store.TryInvitation(ctx, id, now)
	if errors.Is(err, models.ErrTailLocked) {
		return inv, models.ErrTailLocked.With("retry_after", int(inv.LockedUntil.Sub(now)/time.Second)+1).
			With("locked_until", inv.LockedUntil.In(models.Shanghai()).Format(time.RFC3339))
	}
	if err != nil {
		return inv, err
	}
	if inv.Contact != "" { // proves the phone instead, see enterContact; the one-time code counts its own tries
		return inv, s.store.LockInvitation(ctx, id, time.Time{})
	}
	if hmac.Equal(inv.TailMAC, s.ident.TailMAC(inv.Record, CleanTail(tail))) {
		return inv, s.store.VerifyInvitation(ctx, id)
	}
	left := models.MaxTailAttempts - inv.Attempts
	if left <= 0 {
		until := now.Add(models.TailLock)
		if err := s.store.LockInvitation(ctx, id, until); err != nil {
			return inv, err
		}
		return inv, models.ErrTailLocked.With("retry_after", int(models.TailLock/time.Second)).
			With("locked_until", until.In(models.Shanghai()).Format(time.RFC3339))
	}
	return inv, models.ErrWrongTail.With("attempts_left", left)
}

// CleanTail reads document digits as people type them: spaces, full-width characters and a lower-case x are forgiven.
func CleanTail(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if r != ' ' && r != '　' {
			b.WriteRune(r)
		}
	}
	return strings.ToUpper(b.String())
}

func (s *Service) enterByPoster(ctx context.Context, e Entry) (Admission, error) {
	kind, id, err := s.ident.Tokens.Read(e.Poster)
	if err != nil || kind != token.Poster && kind != token.Staff {
		return Admission{}, models.ErrBadToken
	}
	b, err := s.store.FindBatch(ctx, models.SystemScope(), models.BatchID(id))
	if errors.Is(err, models.ErrNotFound) {
		return Admission{}, models.ErrBadToken
	}
	if err != nil {
		return Admission{}, err
	}
	if !b.Answerable(s.now()) {
		return Admission{}, models.ErrBatchClosed
	}
	if kind == token.Staff {
		return s.enterStaff(ctx, e, b)
	}
	return s.enterListed(ctx, e, b)
}

// enterListed finds a person of the batch by name and last six. Whoever is not listed gets the same answers and a code that never comes.
func (s *Service) enterListed(ctx context.Context, e Entry, b models.Batch) (Admission, error) {
	name, tail := models.NormalizeName(e.Name), CleanTail(e.IDTail)
	if fields := wrongPosterFields(name, tail); len(fields) > 0 {
		return Admission{}, models.ErrInvalid.WithFields(fields...)
	}
	mac := s.ident.PosterMAC(b.Org, name, tail)
	var listed *models.Invitation
	inv, err := s.store.FindInvitationByPoster(ctx, b.ID, mac)
	switch {
	case err == nil:
		listed = &inv
	case !errors.Is(err, models.ErrNotFound):
		return Admission{}, err
	}
	subject := fmt.Sprintf("poster/%s/%x", b.ID, mac)
	if e.OTP == "" {
		return s.codeOnItsWay(ctx, subject, listed)
	}
	if err := s.otp.VerifyOneTime(ctx, subject, e.OTP); err != nil {
		return Admission{}, err
	}
	if listed == nil { // cannot happen: such a code is never right
		return Admission{}, models.ErrWrongOTP
	}
	if err := s.store.VerifyInvitation(ctx, inv.ID); err != nil {
		return Admission{}, err
	}
	return s.admitInvited(ctx, inv, models.ChannelPoster)
}

func wrongPosterFields(name, tail string) (fields []models.FieldError) {
	if name == "" {
		fields = append(fields, models.FieldError{Field: "name", Code: "required", Message: "请填写姓名，与身份证上一致。"})
	}
	if len(tail) != 6 {
		fields = append(fields, models.FieldError{Field: "id_tail", Code: "length", Message: "请填写证件号的最后6位。"})
	}
	return fields
}

// enterStaff lets any employee in by a phone of their own: one answer per phone and batch.
func (s *Service) enterStaff(ctx context.Context, e Entry, b models.Batch) (Admission, error) {
	phone, err := models.ParsePhone(e.Phone)
	if err != nil {
		return Admission{}, models.ErrInvalid.WithFields(models.FieldError{Field: "phone", Code: "phone_invalid", Message: "请填写11位手机号码。"})
	}
	subject := fmt.Sprintf("staff/%s/%x", b.ID, s.ident.PhoneMAC(phone))
	if e.OTP == "" {
		if err := s.otp.SendOneTimeTo(ctx, subject, phone); err != nil {
			return Admission{}, err
		}
		return Admission{OTPRequired: true, Phone: models.MaskPhone(phone)}, nil
	}
	if err := s.otp.VerifyOneTime(ctx, subject, e.OTP); err != nil {
		return Admission{}, err
	}
	q, ok := s.catalog.Latest("ENT_STAFF")
	if !ok {
		return Admission{}, models.ErrNotFound
	}
	return s.admit(ctx, Claims{
		Response: s.ident.StaffResponse(b.ID, s.ident.PhoneMAC(phone)), Batch: b.ID, Org: b.Org, Region: b.Region,
		Form: q.Ref(), Anchor: b.OpensAt.Unix(), Closes: b.ClosesAt.Unix(), Channel: models.ChannelStaff,
		Phone: s.phoneTrace(b.ID, s.ident.PhoneMAC(phone)),
	}, models.About{OrgName: b.OrgName})
}

// codeOnItsWay answers the first step. It names the last two digits of the phone that gets the code; for somebody who is not listed it names two made-up
// ones that stay the same, so that the answer tells nobody who is listed.
func (s *Service) codeOnItsWay(ctx context.Context, subject string, inv *models.Invitation) (Admission, error) {
	if err := s.otp.SendOneTime(ctx, subject, inv); err != nil {
		return Admission{}, err
	}
	sum := s.ident.Digest("phone hint", subject)
	end := fmt.Sprintf("%02d", sum[0]%100)
	if inv != nil {
		phone, err := s.phoneOf(ctx, *inv)
		if err != nil {
			return Admission{}, err
		}
		if len(phone) > 2 {
			end = phone[len(phone)-2:]
		}
	}
	return Admission{OTPRequired: true, Phone: "*********" + end}, nil
}

func (s *Service) admitInvited(ctx context.Context, inv models.Invitation, ch models.Channel) (Admission, error) {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), inv.Batch)
	if err != nil {
		return Admission{}, err
	}
	early, err := s.early(ctx, b, inv, ch)
	if err != nil {
		return Admission{}, err
	}
	c := Claims{
		Invitation: inv.ID, Response: s.ident.Response(inv.ID), Batch: inv.Batch, Org: inv.Org, Region: inv.Region,
		Form: inv.Questionnaire, Anchor: b.OpensAt.Unix(), Closes: inv.ClosesAt.Unix(), Channel: ch,
		Early: early, Phone: s.phoneTrace(inv.Batch, inv.PhoneMAC),
	}
	if slice := b.Narrow(inv.Slice); !slice.IsZero() {
		c.Slice = &slice
	}
	if c.Young, err = s.young(ctx, inv); err != nil {
		return Admission{}, err
	}
	return s.admit(ctx, c, inv.About)
}

// early says whether a personal link was used before any message with it can have gone out. An attempt whose outcome nobody knows counts as gone.
func (s *Service) early(ctx context.Context, b models.Batch, inv models.Invitation, ch models.Channel) (bool, error) {
	platform := b.Cause() == models.TriggerTraineeClaim // its page shows the link before any message goes out
	if ch != models.ChannelDirect || platform || inv.Sent || inv.Delivered {
		return false, nil
	}
	tried, err := s.store.TriedDelivery(ctx, inv.ID)
	return !tried, err
}

// young says whether somebody must not be asked for the exact wage that the form asks for. Only for such a form is the record read.
func (s *Service) young(ctx context.Context, inv models.Invitation) (bool, error) {
	q, ok := s.catalog.Questionnaire(inv.Questionnaire.Code, inv.Questionnaire.Version)
	if !ok || inv.Contact != "" || len(q.ExactWages()) == 0 {
		return false, nil
	}
	who, err := s.person(ctx, inv.Record)
	return models.YoungerThan(who.Document, models.AgeOfWages, s.now()), err
}

func (s *Service) phoneTrace(b models.BatchID, mac []byte) []byte {
	if len(mac) == 0 {
		return nil
	}
	m := s.ident.Signal(b, "phone", string(mac))
	return m[:]
}

// admit checks that the batch is open and unanswered and signs the session. Someone who has answered gets the receipt and, while the batch is open, a token to
// look, correct or withdraw with.
func (s *Service) admit(ctx context.Context, c Claims, about models.About) (Admission, error) {
	now := s.now()
	c.Entered = now.Unix()
	closes := time.Unix(c.Closes, 0)
	first, err := s.store.FindResponse(ctx, c.Response)
	answered := err == nil
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return Admission{}, err
	}
	gateErr := s.gate.open(ctx, c, now)
	q, err := s.Form(c)
	if err != nil {
		return Admission{}, err
	}
	ttl := SessionTTL
	if left := closes.Sub(now); left < ttl && gateErr == nil {
		ttl = left
	}
	signed, err := access.Sign(s.signer, c, ttl)
	if err != nil {
		return Admission{}, fmt.Errorf("sign session: %w", err)
	}
	if gateErr != nil && !answered { // too late to answer, never too late to complain
		return Admission{}, models.ErrBatchClosed.With("respondent_token", signed)
	}
	if answered {
		e := models.ErrAlreadyAnswer.With("receipt", s.receiptOf(first.ID)).With("respondent_token", signed).
			With("submitted_at", first.SubmittedAt.In(models.Shanghai()).Format(time.RFC3339)).
			With("correctable", gateErr == nil && !first.Withdrawn).With("withdrawn", first.Withdrawn)
		return Admission{}, e
	}
	return Admission{RespondentToken: signed, Questionnaire: q, About: about, ClosesAt: closes}, nil
}
