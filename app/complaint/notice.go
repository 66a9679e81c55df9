package complaint

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"huisheng/models"
)

// maxNotices is how many notices a desk shows.
const maxNotices = 50

// Notices lists what a desk is to be told: for officials what is late, runs out or came back, for an operator what is asked. What has been seen to by a
// step since is left out.
func (s *Service) Notices(ctx context.Context, p models.Principal) ([]models.DeskNotice, error) {
	if p.Role == models.RoleAlliance {
		return []models.DeskNotice{}, nil
	}
	list, err := s.store.ListNotices(ctx, p.Region, p.Org, maxNotices)
	if err != nil {
		return nil, err
	}
	kept := []models.DeskNotice{}
	for _, n := range list {
		current, err := s.current(ctx, p, n)
		if err != nil {
			return nil, err
		}
		if current {
			kept = append(kept, n)
		}
	}
	return kept, nil
}

// current says whether a notice still tells something.
func (s *Service) current(ctx context.Context, p models.Principal, n models.DeskNotice) (bool, error) {
	if n.Org != "" {
		return s.asksStill(ctx, p, n)
	}
	c, err := s.store.FindCase(ctx, desk(p), n.Complaint)
	if notThere(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.caseStill(ctx, c, n), nil
}

// asksStill says whether an organisation's notice is the one for how much of its time has run.
func (s *Service) asksStill(ctx context.Context, p models.Principal, n models.DeskNotice) (bool, error) {
	a, err := s.ReadAsk(ctx, p, n.Ask)
	if notThere(err) {
		return false, nil
	}
	return a.Open && a.Level == n.Level, err
}

// caseStill says whether a case is still as an official's notice says.
func (s *Service) caseStill(ctx context.Context, c models.Complaint, n models.DeskNotice) bool {
	switch n.Kind {
	case models.NoticeDue, models.NoticeBreach:
		level, _ := c.Urgency(s.calendar.Current(ctx).Calendar, s.now())
		return c.DueKind == n.DueKind && c.Due.Equal(n.Due) && level == n.Level
	case models.NoticeReplied:
		return c.State == models.ComplaintOrgReply
	case models.NoticeReplyLate:
		return c.Awaited(c.OpenAsk())
	case models.NoticeExtension:
		return c.Extension != nil && c.Extension.ApprovedAt.IsZero()
	case models.NoticeReview:
		return c.State == models.ComplaintReview
	case models.NoticeMoved:
		return c.State == models.ComplaintTransferred
	}
	return c.State.Open()
}

// Seen takes a notice off an official's desk.
func (s *Service) Seen(ctx context.Context, p models.Principal, id string) error {
	if err := officialsOnly(p); err != nil {
		return err
	}
	return s.store.DoneNotice(ctx, p.Region, id, p.Account)
}

func sortAsks(list []AskForOrg, newest bool) {
	slices.SortFunc(list, func(a, b AskForOrg) int {
		if newest {
			return -cmp.Compare(a.AskedOn, b.AskedOn)
		}
		return cmp.Compare(a.ReplyBy, b.ReplyBy)
	})
}

// readable says whether a text has no control characters but line ends.
func readable(s string) bool {
	for line := range strings.Lines(s) {
		if !models.Printable(strings.TrimRight(line, "\r\n")) {
			return false
		}
	}
	return true
}

func notThere(err error) bool { return errors.Is(err, models.ErrNotFound) }
