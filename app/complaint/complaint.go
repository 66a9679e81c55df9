// Package complaint takes complaints and reports from respondents, lets the complainant follow them, and gives officials the steps of the desk.
//
// The organisation complained about never sees who complained; an anonymous complaint keeps no trace of the person at all.
package complaint

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"huisheng/app/audit"
	"huisheng/app/calendar"
	"huisheng/app/port"
	"huisheng/app/respond"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/limit"
	"huisheng/internal/photo"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

const (
	maxText      = 2000 // characters
	maxContact   = 100
	maxCaseTries = 10
	caseLock     = 30 * time.Minute
)

// What one respondent may do. It is counted in memory only: a count kept anywhere else would say who complained, and when.
var (
	perPerson       = port.Limit{Rate: 10, Per: 24 * time.Hour}
	photosPerPerson = port.Limit{Rate: 60, Per: time.Hour} // that are decoded: every try costs others their turn
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store    *store.Store
	catalog  *catalog.Catalog
	calendar *calendar.Service
	box      *seal.Box
	ident    *ident.Idents
	audit    *audit.Log
	queue    port.Queue
	now      port.Clock
	log      *slog.Logger
	photos   *photo.Cleaner
	limiter  port.Limiter
	same     singleflight.Group // of submissions that are under way
}

// Deps is what the service needs.
type Deps struct {
	Store    *store.Store
	Catalog  *catalog.Catalog
	Calendar *calendar.Service
	Box      *seal.Box
	Ident    *ident.Idents
	Audit    *audit.Log
	Queue    port.Queue // nil: nobody is woken
	Clock    port.Clock
	Log      *slog.Logger // nil: slog.Default
}

// New makes the service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Queue == nil {
		d.Queue = port.NoQueue{}
	}
	return &Service{
		store: d.Store, catalog: d.Catalog, calendar: d.Calendar, box: d.Box, ident: d.Ident, audit: d.Audit, queue: d.Queue, now: d.Clock, log: d.Log,
		photos: photo.NewCleaner(decoders), limiter: limit.NewLocal(d.Clock),
	}
}

// Submission is a complaint as sent.
type Submission struct {
	Category   string
	Text       string
	Visibility models.Visibility
	Contact    string
	Regulator  bool            // it concerns the officials who supervise
	Files      []models.FileID // photos added in the same session, in the order in which they are to be shown
	Key        string          // idempotency key of the caller
}

// Filed is what the complainant keeps. The passphrase is shown once and is not stored.
type Filed struct {
	CaseNo     string    `json:"case_no"`
	Passphrase string    `json:"passphrase"`
	AcceptBy   time.Time `json:"accept_by"`
}

// File stores a complaint and returns once it is durable. The same submission again (same key and content) gives the same case number and
// passphrase; another content under the key gives ErrComplaintDiffers. ErrFileUnknown: a photo is not this session's, has expired, or belongs to
// another complaint. ErrComplaintsMany: this respondent has filed too many lately; repeats do not count.
func (s *Service) File(ctx context.Context, c respond.Claims, in Submission) (Filed, error) {
	in.Text, in.Contact = strings.TrimSpace(in.Text), strings.TrimSpace(in.Contact)
	if wrong := s.check(in); len(wrong) > 0 {
		return Filed{}, models.ErrInvalid.WithFields(wrong...)
	}
	id := models.ComplaintID(s.ident.Derive("complaint", string(c.Response), in.Key))
	digest := s.digest(in)
	// A phone that repeats itself while the first is still under way must not count as somebody who files many.
	filed, err, _ := s.same.Do(string(id)+string(digest), func() (any, error) { return s.file(ctx, c, in, id, digest) })
	if err != nil {
		return Filed{}, err
	}
	return filed.(Filed), nil //nolint:forcetypeassert // it is ours
}

func (s *Service) file(ctx context.Context, c respond.Claims, in Submission, id models.ComplaintID, digest []byte) (Filed, error) {
	if done, err := s.repeat(ctx, id, digest); !errors.Is(err, models.ErrNotFound) {
		return done, err
	}
	if err := s.reserve(ctx, c, id, in.Files); err != nil {
		return Filed{}, err
	}
	if ok, retry := s.limiter.Allow(ctx, "complaints/"+string(c.Response), perPerson); !ok {
		return Filed{}, models.ErrComplaintsMany.With("retry_after", int(retry/time.Second)+1)
	}
	doc, err := s.build(ctx, c, in, id)
	if err != nil {
		return Filed{}, err
	}
	doc.Digest, doc.Files = digest, in.Files
	switch err := s.store.CreateComplaint(ctx, doc); {
	case errors.Is(err, models.ErrConflict): // a parallel repeat was faster
		return s.repeat(ctx, id, digest)
	case err != nil:
		return Filed{}, err
	}
	s.keep(ctx, doc)
	s.follow(ctx, doc)
	return s.filed(doc), nil
}

// digest tells the same submission from another.
func (s *Service) digest(in Submission) []byte {
	parts := []string{"complaint", in.Category, in.Text, string(in.Visibility), in.Contact}
	for _, id := range in.Files {
		parts = append(parts, string(id))
	}
	if in.Regulator {
		parts = append(parts, "regulator")
	}
	return s.ident.Digest(parts...)
}

func (s *Service) repeat(ctx context.Context, id models.ComplaintID, digest []byte) (Filed, error) {
	c, err := s.store.FindComplaint(ctx, models.SystemScope(), id)
	if err != nil {
		return Filed{}, err
	}
	if !hmac.Equal(c.Digest, digest) {
		return Filed{}, models.ErrComplaintDiffers
	}
	s.keep(ctx, c)
	return s.filed(c), nil
}

func (s *Service) filed(c models.Complaint) Filed {
	return Filed{CaseNo: c.CaseNo, Passphrase: s.passphrase(c.ID), AcceptBy: c.AcceptBy.In(models.Shanghai())}
}

// passphrase is derived from the id by key: nothing to store, and a repeat gives it again.
func (s *Service) passphrase(id models.ComplaintID) string {
	a, b := s.ident.Tokens.Code("pass/"+string(id), 0), s.ident.Tokens.Code("pass/"+string(id), 1)
	return a[:4] + "-" + a[4:] + b[:2] + "-" + b[2:]
}

func (s *Service) check(in Submission) (wrong []models.FieldError) {
	bad := func(field, code, message string) {
		wrong = append(wrong, models.FieldError{Field: field, Code: code, Message: message})
	}
	if c, ok := s.catalog.Category(in.Category); !ok || !c.Offered {
		bad("category", "unknown", "请选择要反映的问题类别。")
	}
	if n := utf8.RuneCountInString(in.Text); n < 5 || n > maxText {
		bad("text", "length", fmt.Sprintf("请用 5 到 %d 个字说明情况。", maxText))
	}
	if in.Visibility != models.VisibilityReal && in.Visibility != models.VisibilityAnonymous {
		bad("visibility", "unknown", "请选择实名或匿名。")
	}
	if utf8.RuneCountInString(in.Contact) > maxContact {
		bad("contact", "length", "联系方式请不超过100个字。")
	}
	if in.Visibility == models.VisibilityAnonymous && in.Contact != "" {
		bad("contact", "anonymous", "匿名投诉不保存联系方式，请清空这一栏，或改为实名。")
	}
	if len(in.Key) < 8 || len(in.Key) > 128 {
		wrong = append(wrong, badKey())
	}
	return append(wrong, checkFiles(in.Files)...)
}

func badKey() models.FieldError {
	return models.FieldError{Field: "Idempotency-Key", Code: "length", Message: "缺少请求编号，请刷新页面后再提交。"}
}

func (s *Service) build(ctx context.Context, c respond.Claims, in Submission, id models.ComplaintID) (models.Complaint, error) {
	now := s.now()
	b, err := s.store.FindBatch(ctx, models.SystemScope(), c.Batch)
	if err != nil {
		return models.Complaint{}, err
	}
	category, _ := s.catalog.Category(in.Category)
	doc := models.Complaint{
		ID: id, Org: c.Org, OrgName: b.OrgName, Kind: b.Kind, Category: in.Category, Severe: category.Severe, AboutRegulator: in.Regulator,
		Visibility: in.Visibility, State: models.ComplaintSubmitted, Limits: limitsOf(category), CreatedAt: now, ChangedAt: now,
		Timeline: []models.CaseEvent{{State: models.ComplaintSubmitted, At: now}}, Told: 1,
	}
	if err := s.route(ctx, &doc, b, category); err != nil {
		return doc, err
	}
	doc.Reckon(s.calendar.Current(ctx).Calendar)
	doc.CheckAt = now
	if doc.Body, err = s.box.Seal([]byte(in.Text), place(id, "text")); err != nil {
		return doc, err
	}
	if in.Visibility == models.VisibilityReal {
		if err := s.identify(ctx, &doc, c, in.Contact); err != nil {
			return doc, err
		}
	}
	doc.Pass = s.ident.Pass(string(id), s.passphrase(id))
	n, err := s.store.NextCaseNumber(ctx, string(models.DateOf(now)))
	doc.CaseNo = fmt.Sprintf("TS%s%04d", now.In(models.Shanghai()).Format("060102"), n)
	return doc, err
}

func limitsOf(c models.ComplaintCategory) models.Limits {
	return models.Limits{Look: c.LookDays, Accept: c.AcceptDays, Resolve: c.ResolveDays}
}

// route decides who handles the complaint. An organisation that is not registered any more leaves the region of its round.
func (s *Service) route(ctx context.Context, doc *models.Complaint, b models.Batch, category models.ComplaintCategory) error {
	in := models.RouteInput{AboutRegulator: doc.AboutRegulator, Upper: category.Upper, Severe: doc.Severe, Site: b.Region}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), doc.Org)
	switch {
	case err == nil:
		in.Kind, in.Affiliation, in.Delegated = o.Kind, o.Affiliation, o.DelegatedTo
		if city, ok := s.catalog.CityOf(o.Division); ok {
			in.City = city.Code
		}
		doc.Kind = o.Kind
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	owner, reason, copies := models.Route(in)
	doc.Region, doc.Copies = owner, copies
	doc.Routes = []models.Routing{{Region: owner, Reason: reason, Rule: models.RouteRule, At: doc.CreatedAt}}
	return nil
}

// identify keeps, sealed, who complained: only for somebody who chose the real name.
func (s *Service) identify(ctx context.Context, doc *models.Complaint, c respond.Claims, contact string) (err error) {
	doc.Batch = c.Batch
	if contact != "" {
		if doc.Contact, err = s.box.Seal([]byte(contact), place(doc.ID, "contact")); err != nil {
			return err
		}
	}
	if c.Invitation == "" {
		return nil // staff supervision knows no name
	}
	inv, err := s.store.FindInvitation(ctx, c.Invitation)
	if err != nil {
		return err
	}
	record, err := s.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return err
	}
	who, err := s.box.Open(record.Identity, "record/"+string(record.ID))
	if err != nil {
		return err
	}
	doc.Identity, err = s.box.Seal(who, place(doc.ID, "identity"))
	return err
}

func place(id models.ComplaintID, part string) string { return "complaint/" + string(id) + "/" + part }
