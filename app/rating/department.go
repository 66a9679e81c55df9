package rating

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huisheng/internal/token"
	"huisheng/models"
)

// DepartmentList is what a department's head sees: the people to rate.
type DepartmentList struct {
	Department models.Department
	OrgName    string
	HandedIn   time.Time             // not zero: nothing can be changed any more
	Form       *models.Questionnaire // Chinese; see Questionnaire.Localized
	People     []Person              // by name
}

// Person is somebody to rate.
type Person struct {
	Invitation models.InvitationID
	Name       string
	Occupation string
	Level      string         // level code
	Answers    models.Answers // nil: not rated yet
}

// Enter reads a department's token and gives the department's id; ErrBadToken for anything else.
func (s *Service) Enter(raw string) (DepartmentID, error) {
	kind, id, err := s.ident.Tokens.Read(raw)
	if err != nil || kind != token.Department {
		return "", models.ErrBadToken
	}
	return DepartmentID(id), nil
}

// List gives a department's people with their names. Each look is recorded.
func (s *Service) List(ctx context.Context, department DepartmentID) (DepartmentList, error) {
	d, b, err := s.department(ctx, department)
	if err != nil {
		return DepartmentList{}, err
	}
	q, err := s.form()
	if err != nil {
		return DepartmentList{}, err
	}
	out := DepartmentList{Department: d, OrgName: b.OrgName, HandedIn: b.RatingsIn, Form: q, People: []Person{}}
	err = s.record(ctx, models.Principal{}, models.AuditIdentityRead, b, map[string]string{"what": "ratings", "department": d.ID})
	if err != nil {
		return out, err
	}
	err = s.eachChunk(ctx, b, d.ID, func(rows []row) error {
		for _, r := range rows {
			out.People = append(out.People, r.Person)
		}
		return nil
	})
	slices.SortStableFunc(out.People, func(a, b Person) int { return cmp.Compare(a.Name, b.Name) })
	return out, err
}

// department finds a department and its batch.
func (s *Service) department(ctx context.Context, id DepartmentID) (models.Department, models.Batch, error) {
	d, err := s.store.FindDepartment(ctx, string(id))
	if err != nil {
		return d, models.Batch{}, err
	}
	b, err := s.batch(ctx, models.SystemScope(), d.Batch)
	return d, b, err
}

// Save stores a head's rating of one person, in place of an earlier one; the same again changes nothing. ErrRatingsIn after they were handed in,
// ErrNotToRate for somebody who is not in the department, ErrInvalid with every wrong answer.
func (s *Service) Save(ctx context.Context, department DepartmentID, id models.InvitationID, answers map[string]any) error {
	d, err := s.store.FindDepartment(ctx, string(department))
	if err != nil {
		return err
	}
	b, err := s.open(ctx, models.SystemScope(), d.Batch)
	if err != nil {
		return err
	}
	found, err := s.store.FindInvitationsToRate(ctx, b.ID, []models.InvitationID{id})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Department != d.ID {
		return models.ErrNotToRate
	}
	q, err := s.form()
	if err != nil {
		return err
	}
	clean, wrong := judge(q, answers)
	if len(wrong) > 0 {
		return models.ErrInvalid.WithFields(wrong...)
	}
	old, err := s.store.FindRatings(ctx, []models.InvitationID{id})
	if err != nil {
		return err
	}
	r, changed := s.next(b, found[0], old[id], q, clean, models.ViaPhone)
	if !changed {
		return nil
	}
	return s.store.PutRatings(ctx, []models.Rating{r})
}

// row is a person with what a sheet shows besides.
type row struct {
	Person
	department string
}

// eachChunk goes through a batch's department (empty: people without one) up to a thousand people at a time, each chunk sorted by name.
func (s *Service) eachChunk(ctx context.Context, b models.Batch, department string, fn func([]row) error) error {
	after := models.InvitationID("")
	for {
		list, err := s.store.ListInvitationsToRate(ctx, b.ID, department, after)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].ID
		rows, err := s.rows(ctx, b, list)
		if err != nil {
			return err
		}
		if err := fn(rows); err != nil {
			return err
		}
	}
}

func (s *Service) rows(ctx context.Context, b models.Batch, list []models.Invitation) ([]row, error) {
	who, err := s.people(ctx, b.Org, list)
	if err != nil {
		return nil, err
	}
	ids := make([]models.InvitationID, len(list))
	for i, inv := range list {
		ids[i] = inv.ID
	}
	rated, err := s.store.FindRatings(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(list))
	for i, inv := range list {
		p := who[inv.Record]
		rows[i] = row{department: p.department, Person: Person{
			Invitation: inv.ID, Name: p.name, Occupation: inv.About.Occupation, Level: inv.About.Level, Answers: rated[inv.ID].Answers,
		}}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.Name, b.Name) })
	return rows, nil
}

// LevelName gives a level's name for a person to read; an unknown code stays as it is.
func (s *Service) LevelName(code, lang string) string {
	if l, ok := s.catalog.Level(code); ok {
		return l.Name.In(lang)
	}
	return code
}
