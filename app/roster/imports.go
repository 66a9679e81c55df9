package roster

import (
	"context"

	"huisheng/models"
)

// FindImport reads how far an upload of the organisation is, or what came of it.
func (s *Service) FindImport(ctx context.Context, p models.Principal, org models.OrgID, id models.ImportID) (models.Import, error) {
	imp, err := s.store.FindImport(ctx, p.Scope(), id)
	if err != nil {
		return imp, err
	}
	if imp.Org != org {
		return models.Import{}, models.ErrNotFound
	}
	imp.State = imp.StateAt(s.now())
	return imp, nil
}

// ListImports lists the organisation's uploads of the last thirty days, newest first.
func (s *Service) ListImports(ctx context.Context, p models.Principal, org models.OrgID, page models.Page) (models.List[models.Import], error) {
	if _, err := s.store.FindOrg(ctx, p.Scope(), org); err != nil {
		return models.List[models.Import]{}, err
	}
	list, next, err := s.store.ListImports(ctx, p.Scope(), org, page)
	if err != nil {
		return models.List[models.Import]{}, err
	}
	for i := range list {
		list[i].State = list[i].StateAt(s.now())
	}
	return models.List[models.Import]{Items: list, Next: next}, nil
}
