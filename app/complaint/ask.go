package complaint

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/app/paper"
	"huisheng/models"
)

// maxReply is how long an organisation's reply may be.
const maxReply = 3000 // characters

// AskView is a question to an organisation and its reply, as officials see it.
type AskView struct {
	ID      models.AskID `json:"id"`
	Facts   string       `json:"facts"`
	At      time.Time    `json:"at"`
	DueAt   time.Time    `json:"due_at"`
	Reply   *Words       `json:"reply,omitempty"`
	Files   int          `json:"files"` // of the reply, numbered from 1
	Awaited bool         `json:"awaited"`
	Late    bool         `json:"late"`
}

// AskForOrg is all that an organisation sees of a case: what an official asks, by the day. It has no case number, no name, no word and no hour of the
// complainant's.
type AskForOrg struct {
	ID        models.AskID `json:"id"`
	Category  string       `json:"category"`
	Facts     string       `json:"facts"`
	AskedOn   models.Date  `json:"asked_on"`
	ReplyBy   models.Date  `json:"reply_by"`  // the last day
	Left      int          `json:"days_left"` // working days; 0: today; negative: days since
	Level     int          `json:"level"`
	Open      bool         `json:"open"` // a reply is waited for
	Reply     string       `json:"reply,omitempty"`
	Files     int          `json:"files"`
	RepliedOn models.Date  `json:"replied_on,omitempty"`
}

// newAsk seals a question. Its id says nothing about the case.
func (s *Service) newAsk(c models.Complaint, facts string) (models.OrgAsk, error) {
	id := models.AskID(s.ident.Derive("ask", string(c.ID), strconv.Itoa(len(c.Asks))))
	sealed, err := s.box.Seal([]byte(facts), askPlace(id, "facts"))
	return models.OrgAsk{ID: id, Facts: sealed}, err
}

func askPlace(id models.AskID, part string) string { return "ask/" + string(id) + "/" + part }

func (s *Service) askView(c models.Complaint, a *models.OrgAsk) (AskView, error) {
	v := AskView{ID: a.ID, At: beijing(a.At), DueAt: beijing(a.Due), Awaited: c.Awaited(a)}
	v.Late = v.Awaited && !s.now().Before(a.Due)
	facts, err := s.box.Open(a.Facts, askPlace(a.ID, "facts"))
	if err != nil {
		return v, err
	}
	v.Facts = string(facts)
	if a.Reply != nil {
		text, err := s.box.Open(a.Reply.Text, askPlace(a.ID, "reply"))
		if err != nil {
			return v, err
		}
		v.Reply, v.Files = &Words{At: beijing(a.Reply.At), Text: string(text)}, len(a.Reply.Files)
	}
	return v, nil
}

// Asked lists the questions to the operator's organisation: those that wait for a reply first.
func (s *Service) Asked(ctx context.Context, p models.Principal) ([]AskForOrg, error) {
	if p.Role != models.RoleOperator {
		return nil, models.ErrForbidden
	}
	const most = 500 // an organisation with more has other troubles; the newest are what is due
	cases, err := s.store.ListAsked(ctx, p.Scope(), most)
	if err != nil {
		return nil, err
	}
	open, done := []AskForOrg{}, []AskForOrg{}
	for i := range cases {
		for j := range cases[i].Asks {
			v, err := s.forOrg(ctx, &cases[i], &cases[i].Asks[j])
			if err != nil {
				return nil, err
			}
			if v.Open {
				open = append(open, v)
			} else {
				done = append(done, v)
			}
		}
	}
	sortAsks(open, false)
	sortAsks(done, true)
	return append(open, done...), nil
}

// ReadAsk shows one question to the operator's organisation.
func (s *Service) ReadAsk(ctx context.Context, p models.Principal, id models.AskID) (AskForOrg, error) {
	if p.Role != models.RoleOperator {
		return AskForOrg{}, models.ErrForbidden
	}
	c, err := s.store.FindAsked(ctx, p.Scope(), id)
	if err != nil {
		return AskForOrg{}, err
	}
	a := c.FindAsk(id)
	if a == nil {
		return AskForOrg{}, models.ErrNotFound
	}
	return s.forOrg(ctx, &c, a)
}

func (s *Service) forOrg(ctx context.Context, c *models.Complaint, a *models.OrgAsk) (AskForOrg, error) {
	v := AskForOrg{ID: a.ID, Category: c.Category, AskedOn: models.DateOf(a.At), ReplyBy: models.DateOf(a.Due.Add(-time.Second)), Open: c.Awaited(a)}
	facts, err := s.box.Open(a.Facts, askPlace(a.ID, "facts"))
	if err != nil {
		return v, err
	}
	v.Facts = string(facts)
	if v.Open {
		v.Level, v.Left = models.Urgency(s.calendar.Current(ctx).Calendar, s.now(), a.Due, models.ReplyDays)
	}
	if a.Reply == nil {
		return v, nil
	}
	text, err := s.box.Open(a.Reply.Text, askPlace(a.ID, "reply"))
	v.Reply, v.Files, v.RepliedOn = string(text), len(a.Reply.Files), models.DateOf(a.Reply.At)
	return v, err
}

// ReplyFile is a file of a reply as sent.
type ReplyFile = paper.File

// Reply takes the organisation's answer to a question, once. The same again is harmless; another one, or one after the case has moved on, is ErrNoAsk.
func (s *Service) Reply(ctx context.Context, p models.Principal, id models.AskID, text string, files []ReplyFile) (AskForOrg, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 5 || n > maxReply || !readable(text) {
		return AskForOrg{}, models.ErrInvalid.WithFields(models.FieldError{Field: "text", Code: "length", Message: fmt.Sprintf("请用5到%d个字说明情况。", maxReply)})
	}
	if len(files) > models.MaxReplyFiles {
		return AskForOrg{}, models.ErrInvalid.WithFields(models.FieldError{Field: "file", Code: "too_many", Message: "最多附3个文件，请去掉几个。"})
	}
	if _, err := s.ReadAsk(ctx, p, id); err != nil {
		return AskForOrg{}, err
	}
	for range 5 {
		c, err := s.store.FindAsked(ctx, p.Scope(), id)
		if err != nil {
			return AskForOrg{}, err
		}
		full, err := s.store.FindComplaint(ctx, models.SystemScope(), c.ID)
		if err != nil {
			return AskForOrg{}, err
		}
		err = s.reply(ctx, p, full, id, text, files)
		if err == nil {
			return s.ReadAsk(ctx, p, id)
		}
		if !errors.Is(err, models.ErrConflict) {
			return AskForOrg{}, err
		}
	}
	return AskForOrg{}, models.ErrConflict
}

// reply stores the files, then takes the step that names them: the commit.
func (s *Service) reply(ctx context.Context, p models.Principal, c models.Complaint, id models.AskID, text string, files []ReplyFile) error {
	papers, err := paper.Read(ctx, s.photos, files)
	if err != nil {
		return err
	}
	parts := []string{"reply", text}
	for _, f := range papers {
		parts = append(parts, string(f.Content))
	}
	digest := s.ident.Digest(parts...)
	a := c.FindAsk(id)
	if a == nil {
		return models.ErrNotFound
	}
	if a.Reply != nil {
		if hmac.Equal(a.Reply.Digest, digest) {
			return nil
		}
		return models.ErrNoAsk
	}
	if !c.Awaited(a) {
		return models.ErrNoAsk
	}
	step := models.Step{Action: models.ActionOrgReply, Actor: models.ByOrg, By: p.Account, At: s.now(), Reply: models.OrgReply{Digest: digest}}
	if step.Reply.Text, err = s.box.Seal([]byte(text), askPlace(id, "reply")); err != nil {
		return err
	}
	for i, f := range papers {
		fid, err := s.putPaper(ctx, c.ID, id, i, f)
		if err != nil {
			return err
		}
		step.Reply.Files = append(step.Reply.Files, fid)
	}
	next, err := c.Step(step, s.calendar.Current(ctx).Calendar)
	if err != nil {
		return err
	}
	if err := s.store.UpdateComplaint(ctx, next); err != nil {
		return err
	}
	if len(step.Reply.Files) > 0 {
		_ = s.store.KeepFiles(ctx, c.ID, step.Reply.Files) // the case names them: the job does what failed here
	}
	s.follow(ctx, next)
	return nil
}

// putPaper stores a file that waits for the step which names it. The same again meets the first one.
func (s *Service) putPaper(ctx context.Context, c models.ComplaintID, ask models.AskID, i int, f paper.Paper) (models.FileID, error) {
	digest := s.ident.Digest("paper", string(f.Content))
	id := models.FileID(s.ident.Derive("paper", string(ask), strconv.Itoa(i), string(digest)))
	sealed, err := s.box.Seal(f.Content, filePlace(id))
	if err != nil {
		return id, err
	}
	now := s.now()
	err = s.store.CreateFile(ctx, models.File{
		ID: id, Owner: digest, Complaint: c, Content: sealed, Media: f.Media, Digest: digest, CreatedAt: now, PurgeAt: now.Add(fileWait),
	})
	if errors.Is(err, models.ErrConflict) {
		err = nil
	}
	return id, err
}

// Paper gives the n-th file of a reply, from 1, with its media type, to an official on whose desk the case is. Looking is recorded first.
func (s *Service) Paper(ctx context.Context, p models.Principal, id models.ComplaintID, ask models.AskID, n int) ([]byte, string, error) {
	if err := officialsOnly(p); err != nil {
		return nil, "", err
	}
	c, err := s.store.FindCase(ctx, desk(p), id)
	if err != nil {
		return nil, "", err
	}
	a := c.FindAsk(ask)
	if a == nil || a.Reply == nil || n < 1 || n > len(a.Reply.Files) {
		return nil, "", models.ErrNotFound
	}
	f, err := s.store.FindFile(ctx, a.Reply.Files[n-1])
	if err != nil {
		return nil, "", err
	}
	if err := s.record(ctx, p, c, models.AuditPhotoRead, map[string]string{"reply": strconv.Itoa(n)}); err != nil {
		return nil, "", err
	}
	content, err := s.box.Open(f.Content, filePlace(f.ID))
	return content, f.Media, err
}
