// Package rating takes the employing departments' ratings of assessed people (用工部门评价): from a department head's phone, one person at a
// time, or from a sheet for a whole batch. The assessment office hands them in together, once; then they are frozen and count.
//
// The ratings are the organisation's own judgement of its own people, so it sees them; what those people answered it never sees here.
package rating

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// Auditor records who did what; *audit.Log is one.
type Auditor interface {
	Record(ctx context.Context, e audit.Entry) error
}

// Deps is what the service needs.
type Deps struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Ident   *ident.Idents
	Audit   Auditor
	Queue   port.Queue
	Clock   port.Clock
	BaseURL string // what phones reach, for the links of department heads
}

// DepartmentID names an employing department of one batch.
type DepartmentID string

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	ident   *ident.Idents
	audit   Auditor
	queue   port.Queue
	now     port.Clock
	base    string
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{store: d.Store, catalog: d.Catalog, box: d.Box, ident: d.Ident, audit: d.Audit, queue: d.Queue, now: d.Clock, base: d.BaseURL}
}

// Progress says how far the ratings of a batch are.
type Progress struct {
	Batch       models.BatchID
	HandedIn    time.Time // zero: not yet
	People      int
	Rated       int
	Departments []DepartmentProgress // by name; people without a department come last under an empty name
}

// DepartmentProgress is one department's part. Link opens its head's page; it is empty for readers outside the organisation and for people
// without a department, who can only be rated by sheet.
type DepartmentProgress struct {
	Department string
	People     int
	Rated      int
	Link       string
}

// Progress counts the ratings of a batch in p's scope by department.
func (s *Service) Progress(ctx context.Context, p models.Principal, id models.BatchID) (Progress, error) {
	b, err := s.batch(ctx, p.Scope(), id)
	if err != nil {
		return Progress{}, err
	}
	departments, err := s.store.ListDepartments(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	people, rated, err := s.store.RatingProgress(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	out := Progress{Batch: id, HandedIn: b.RatingsIn, Departments: make([]DepartmentProgress, 0, len(departments)+1)}
	for _, d := range departments {
		row := DepartmentProgress{Department: d.Name, People: people[d.ID], Rated: rated[d.ID]}
		if p.Role == models.RoleOperator {
			row.Link = s.base + "/d/" + s.ident.Tokens.Make(token.Department, d.ID)
		}
		out.Departments = append(out.Departments, row)
	}
	if people[""] > 0 {
		out.Departments = append(out.Departments, DepartmentProgress{People: people[""], Rated: rated[""]})
	}
	for _, d := range out.Departments {
		out.People += d.People
		out.Rated += d.Rated
	}
	return out, nil
}

// HandIn hands in a batch's ratings: from then on they count and cannot be changed. Operators of the organisation only. ErrRatingsIn the second
// time, ErrRatingsEmpty without any rating.
func (s *Service) HandIn(ctx context.Context, p models.Principal, id models.BatchID) (Progress, error) {
	if p.Role != models.RoleOperator {
		return Progress{}, models.ErrForbidden
	}
	b, err := s.open(ctx, p.Scope(), id)
	if err != nil {
		return Progress{}, err
	}
	n, err := s.store.CountRatings(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	if n == 0 {
		return Progress{}, models.ErrRatingsEmpty
	}
	err = s.record(ctx, p, models.AuditBatchChanged, b, map[string]string{"what": "ratings_handed_in", "rated": strconv.FormatInt(n, 10)})
	if err != nil {
		return Progress{}, err
	}
	done, err := s.store.HandInRatings(ctx, p.Scope(), id, s.now())
	if err != nil {
		return Progress{}, err
	}
	if !done {
		return Progress{}, models.ErrRatingsIn
	}
	s.queue.Wake(ctx, port.JobTally, string(id))
	return s.Progress(ctx, p, id)
}

// batch reads an enterprise's batch in scope; the other kinds have no department ratings.
func (s *Service) batch(ctx context.Context, sc models.Scope, id models.BatchID) (models.Batch, error) {
	b, err := s.store.FindBatch(ctx, sc, id)
	if err == nil && b.Kind != models.OrgEnterprise {
		err = models.ErrNoRatings
	}
	return b, err
}

// open is batch for whoever is about to change ratings. A rating under way while they are handed in may still arrive; it counts, because the
// figures are computed from what is stored, again after each change.
func (s *Service) open(ctx context.Context, sc models.Scope, id models.BatchID) (models.Batch, error) {
	b, err := s.batch(ctx, sc, id)
	if err == nil && !b.RatingsIn.IsZero() {
		err = models.ErrRatingsIn.With("handed_in", b.RatingsIn.In(models.Shanghai()).Format(time.RFC3339))
	}
	return b, err
}

// form is the newest version of the rating form.
func (s *Service) form() (*models.Questionnaire, error) {
	q, ok := s.catalog.Latest(models.QuestionnaireDepartment)
	if !ok {
		return nil, models.ErrNotFound.With("questionnaire", models.QuestionnaireDepartment)
	}
	return q, nil
}

func (s *Service) record(ctx context.Context, p models.Principal, action models.AuditAction, b models.Batch, detail map[string]string) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: action, Object: "batch/" + string(b.ID), Org: b.Org, Region: b.Region, Detail: detail,
	})
}

// judge validates the answers about one person. The head who rates agrees to nothing about themselves, so there is no consent to ask for.
func judge(q *models.Questionnaire, answers map[string]any) (models.Answers, []models.FieldError) {
	return q.Validate(answers, models.Consents{Notice: q.Notice.Version})
}

// next makes the rating that follows old (zero: none); changed is false if it says the same.
func (s *Service) next(b models.Batch, inv models.Invitation, old models.Rating, q *models.Questionnaire, answers models.Answers, via string) (r models.Rating, changed bool) {
	r = models.Rating{
		ID: string(inv.ID), Batch: b.ID, Org: b.Org, Region: b.Region, Record: inv.Record, Department: inv.Department,
		Questionnaire: q.Ref(), Slice: b.Narrow(inv.Slice), Answers: answers, Anchor: b.OpensAt, Via: via, ChangedAt: s.now(),
	}
	if old.ID == "" {
		return r, true
	}
	if old.Questionnaire == r.Questionnaire && same(old.Answers, answers) {
		return old, false
	}
	r.Revision = old.Revision + 1
	return r, true
}

func same(a, b models.Answers) bool {
	return string(models.Canonical(a, models.Consents{})) == string(models.Canonical(b, models.Consents{}))
}

// people opens the identities of invited people, by record, up to a thousand. What is gone stays out.
func (s *Service) people(ctx context.Context, org models.OrgID, list []models.Invitation) (map[models.RecordID]person, error) {
	ids := make([]models.RecordID, len(list))
	for i, inv := range list {
		ids[i] = inv.Record
	}
	records, err := s.store.FindRecordsByID(ctx, org, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[models.RecordID]person, len(records))
	for _, r := range records {
		raw, err := s.box.Open(r.Identity, "record/"+string(r.ID))
		if err != nil {
			return nil, err
		}
		var who models.Identity
		if err := json.Unmarshal(raw, &who); err != nil {
			return nil, models.ErrUnavailable.Because(err)
		}
		out[r.ID] = person{name: who.Name, department: r.Department}
	}
	return out, nil
}

// person is what of an identity is needed here.
type person struct{ name, department string }
