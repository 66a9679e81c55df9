package privacy

import (
	"context"
	"errors"
	"fmt"

	"huisheng/app/audit"
	"huisheng/models"
)

// Consents shows what was agreed to by the answers that an invitation led to, or by one response: which text, in which language, when, and whether the words we
// have are the ones whose hash was kept. The look is recorded before anything is read. It shows no answer and no name.
func (s *Service) Consents(ctx context.Context, by models.Principal, of models.ConsentQuery) ([]models.ConsentEvidence, error) {
	ids := []models.ResponseID{of.Response}
	object := "response/" + string(of.Response)
	if of.Invitation != "" {
		ids = []models.ResponseID{s.ident.Response(of.Invitation), s.ident.EmployerResponse(of.Invitation)}
		object = "invitation/" + string(of.Invitation)
	}
	if err := s.audit.Record(ctx, audit.Entry{By: by, Action: models.AuditExport, Object: object, Detail: map[string]string{"what": "consents"}}); err != nil {
		return nil, err
	}
	var list []models.ConsentEvidence
	for _, id := range ids {
		r, err := s.store.FindResponse(ctx, id)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		q, ok := s.catalog.Questionnaire(r.Questionnaire.Code, r.Questionnaire.Version)
		if !ok {
			return nil, fmt.Errorf("consents of %s: no questionnaire %s version %s", id, r.Questionnaire.Code, r.Questionnaire.Version)
		}
		list = append(list, q.Evidence(r)...)
	}
	if len(list) == 0 {
		return nil, models.ErrNoResponse
	}
	return list, nil
}
