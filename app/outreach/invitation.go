package outreach

import (
	"bytes"
	"context"
	"fmt"

	"huisheng/app/port"
	"huisheng/models"
	"huisheng/models/store"
)

// ErrPhoneNotCorrected says that there is nothing new to send to.
var ErrPhoneNotCorrected = models.NewError(models.KindConflict, "phone_not_corrected",
	"这个人的手机号码没有改过。请先在名册里更正号码，再重新发送。", "This person's phone was not changed; correct it in the roster first.")

// ErrNotFailed says that the message has not failed, so that it must not be sent again.
var ErrNotFailed = models.NewError(models.KindConflict, "not_failed", "短信没有发送失败，不需要重新发送。", "The message did not fail; there is nothing to send again.")

// Reach says how far the messages to one person got. It never says whether the person opened or answered anything.
type Reach string

// The states of reaching a person.
const (
	ReachWaiting   Reach = "waiting"
	ReachSent      Reach = "sent"
	ReachDelivered Reach = "delivered"
	ReachFailed    Reach = "failed"
)

// Invitee is an invited person as an organisation may see them.
type Invitee struct {
	ID         models.InvitationID `json:"id"`
	Record     models.RecordID     `json:"record"`
	Name       string              `json:"name"` // masked
	Department string              `json:"department,omitempty"`
	Occupation string              `json:"occupation,omitempty"`
	Level      string              `json:"level,omitempty"`
	State      Reach               `json:"state"`
}

// Invitees lists the people of a batch, masked, with whether messages reached them.
func (s *Service) Invitees(ctx context.Context, p models.Principal, f store.InvitationFilter, page models.Page) (models.List[Invitee], error) {
	none := models.List[Invitee]{}
	b, err := s.batchInScope(ctx, p, f.Batch)
	if err != nil {
		return none, err
	}
	list, err := s.store.ListInvitations(ctx, models.SystemScope(), f, page) // the batch is in scope, so they are
	if err != nil {
		return none, err
	}
	ids := make([]models.RecordID, len(list.Items))
	for i, inv := range list.Items {
		ids[i] = inv.Record
	}
	records, err := s.store.FindRecordsByID(ctx, b.Org, ids)
	if err != nil {
		return none, err
	}
	byID := make(map[models.RecordID]models.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	out := models.List[Invitee]{Items: make([]Invitee, 0, len(list.Items)), Next: list.Next}
	for _, inv := range list.Items {
		one, err := s.invitee(inv, byID[inv.Record])
		if err != nil {
			return none, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

func (s *Service) invitee(inv models.Invitation, r models.Record) (Invitee, error) {
	out := Invitee{ID: inv.ID, Record: inv.Record, Name: "*", Department: r.Department, Occupation: inv.About.Occupation, Level: inv.About.Level, State: reach(inv)}
	if r.ID == "" { // the record's time of keeping is over
		return out, nil
	}
	who, err := s.identity(r)
	if err != nil {
		return out, fmt.Errorf("invitee %s: %w", inv.ID, err)
	}
	out.Name = models.MaskName(who.Name)
	return out, nil
}

func reach(inv models.Invitation) Reach {
	switch {
	case inv.Failed:
		return ReachFailed
	case inv.Delivered:
		return ReachDelivered
	case inv.Sent:
		return ReachSent
	}
	return ReachWaiting
}

// Resend sends the invitation to the number that the roster has now, after the old one failed. The message's id is made of the number, so
// that asking twice sends one.
func (s *Service) Resend(ctx context.Context, p models.Principal, id models.InvitationID) (Invitee, error) {
	if p.Role == models.RoleAlliance {
		return Invitee{}, models.ErrForbidden
	}
	inv, err := s.invitationInScope(ctx, p, id)
	if err != nil {
		return Invitee{}, err
	}
	b, err := s.store.FindBatch(ctx, models.SystemScope(), inv.Batch)
	if err != nil {
		return Invitee{}, err
	}
	if !b.Answerable(s.now()) {
		return Invitee{}, models.ErrBatchClosed
	}
	record, err := s.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return Invitee{}, err
	}
	switch {
	case bytes.Equal(record.PhoneMAC, inv.PhoneMAC):
		return Invitee{}, ErrPhoneNotCorrected
	case !inv.Failed:
		return Invitee{}, ErrNotFailed
	}
	if err := s.recordChange(ctx, p, b, "resend", string(inv.ID)); err != nil {
		return Invitee{}, err
	}
	if inv, err = s.resend(ctx, b, inv, record.PhoneMAC); err != nil {
		return Invitee{}, err
	}
	return s.invitee(inv, record)
}

// resend plans the message first and then marks the invitation: interrupted in between, the same request does the rest.
func (s *Service) resend(ctx context.Context, b models.Batch, inv models.Invitation, mac []byte) (models.Invitation, error) {
	old := inv.PhoneMAC
	inv.PhoneMAC, inv.Sent, inv.Failed = mac, false, false
	d := s.invites(b, []models.Invitation{inv})[0]
	d.ID = models.DeliveryID(fmt.Sprintf("%s:invite:%x", inv.ID, mac[:min(len(mac), 6)]))
	d.DueAt, d.CreatedAt = allowedAt(s.quiet, s.now()), s.now()
	if _, err := s.store.PutDeliveries(ctx, []models.Delivery{d}); err != nil {
		return inv, err
	}
	if _, err := s.store.ChangeInvitationPhone(ctx, inv.ID, old, mac); err != nil {
		return inv, err
	}
	s.queue.Wake(ctx, port.JobDeliver, string(d.ID))
	return inv, nil
}

// invitationInScope reads an invitation that p may see. The alliance's scope is by kind, which only the batch knows.
func (s *Service) invitationInScope(ctx context.Context, p models.Principal, id models.InvitationID) (models.Invitation, error) {
	inv, err := s.store.FindInvitation(ctx, id)
	if err != nil {
		return inv, err
	}
	_, err = s.batchInScope(ctx, p, inv.Batch)
	return inv, err
}
