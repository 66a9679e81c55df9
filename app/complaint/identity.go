package complaint

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/models"
)

// Identity is who complained. It is shown once for each reason given and stored nowhere in the clear.
type Identity struct {
	Name    string    `json:"name"`
	Phone   string    `json:"phone"`
	Contact string    `json:"contact"`
	Look    int       `json:"look"` // the number of this look at the case, as in the audit log
	At      time.Time `json:"at"`
}

// OpenIdentity shows who complained to an official who handles the case and says why. The case and the audit log have it before anything is opened.
func (s *Service) OpenIdentity(ctx context.Context, p models.Principal, id models.ComplaintID, code models.LookReason, reason string) (Identity, error) {
	if err := officialsOnly(p); err != nil {
		return Identity{}, err
	}
	reason = strings.TrimSpace(reason)
	var wrong []models.FieldError
	if !code.Valid() {
		wrong = append(wrong, models.FieldError{Field: "reason_code", Code: "unknown", Message: "请选择为什么要看投诉人身份。"})
	}
	if n := utf8.RuneCountInString(reason); n < 5 || n > 200 || !readable(reason) {
		wrong = append(wrong, models.FieldError{Field: "reason", Code: "length", Message: "请用5到200个字写明为什么要看投诉人身份。"})
	}
	if len(wrong) > 0 {
		return Identity{}, models.ErrInvalid.WithFields(wrong...)
	}
	c, err := s.store.FindCase(ctx, desk(p), id)
	if err != nil {
		return Identity{}, err
	}
	switch {
	case mayAct(p, c) != nil:
		return Identity{}, models.ErrLookingOn
	case c.Concerns(p.Account):
		return Identity{}, models.ErrConcerned
	case c.Visibility == models.VisibilityAnonymous:
		return Identity{}, models.ErrAnonymousLook
	}
	return s.open(ctx, p, c, models.IdentityLook{At: s.now(), By: p.Account, Code: code, Reason: reason})
}

func (s *Service) open(ctx context.Context, p models.Principal, c models.Complaint, l models.IdentityLook) (Identity, error) {
	c, err := s.store.LookAtIdentity(ctx, desk(p), c.ID, l)
	if err != nil {
		return Identity{}, err
	}
	n := len(c.Looks)
	if err := s.record(ctx, p, c, models.AuditIdentityRead, map[string]string{"reason": string(l.Code), "look": strconv.Itoa(n)}); err != nil {
		return Identity{}, err
	}
	out := Identity{Look: n, At: beijing(l.At)}
	if len(c.Contact) > 0 {
		contact, err := s.box.Open(c.Contact, place(c.ID, "contact"))
		if err != nil {
			return Identity{}, err
		}
		out.Contact = string(contact)
	}
	who, err := s.who(c)
	out.Name, out.Phone = who.Name, strings.TrimPrefix(who.Phone, "+86")
	return out, err
}

// who opens the sealed identity; empty when the person is not known by name, as with staff supervision.
func (s *Service) who(c models.Complaint) (who models.Identity, err error) {
	if len(c.Identity) == 0 {
		return who, nil
	}
	raw, err := s.box.Open(c.Identity, place(c.ID, "identity"))
	if err != nil {
		return who, err
	}
	if err := json.Unmarshal(raw, &who); err != nil {
		return who, fmt.Errorf("identity of a complainant: %w", err)
	}
	return who, nil
}
