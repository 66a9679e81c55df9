package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/models"
)

// Keys of machine clients: "hs_", the client's id, and 32 random bytes. They begin alike so that a scan of files or logs finds one that leaked.
const (
	keyPrefix = "hs_"
	keyLife   = 365 * 24 * time.Hour // from making or rotating it
	maxGrace  = 7 * 24 * time.Hour   // how long the key before may still open
)

// perClient bounds what one client may ask for.
func perClient() port.Limit { return port.Limit{Rate: 1200, Per: time.Minute} }

// NewClient is what the province asks for when it lets a machine in.
type NewClient struct {
	Name   string
	Scopes []models.KeyScope
	Region string // empty: the province
	Org    models.OrgID
	Kind   models.OrgKind
}

// ClientKey is a client and its key, which is shown this once.
type ClientKey struct {
	Client models.Client
	Key    string
}

// CreateClient lets a machine in. Only the province may.
func (s *Service) CreateClient(ctx context.Context, p models.Principal, in NewClient) (ClientKey, error) {
	if p.Role != models.RoleProvince {
		return ClientKey{}, models.ErrForbidden
	}
	if err := s.checkClient(ctx, p, &in); err != nil {
		return ClientKey{}, err
	}
	now := s.Now()
	c := models.Client{
		ID: models.ClientID(models.NewID()), Name: in.Name, Scopes: in.Scopes, Region: in.Region, Org: in.Org, Kind: in.Kind,
		CreatedBy: p.Account, CreatedAt: now, ExpiresAt: now.Add(keyLife),
	}
	key, hash := newKey(c.ID)
	c.Key = hash
	if err := s.recordClient(ctx, p, c, "made"); err != nil {
		return ClientKey{}, err
	}
	return ClientKey{Client: c, Key: key}, s.Store.CreateClient(ctx, c)
}

func (s *Service) checkClient(ctx context.Context, p models.Principal, in *NewClient) error {
	fields := checkName(&in.Name)
	if in.Region == "" {
		in.Region = models.Province
	}
	if _, ok := s.Catalog.Region(in.Region); !ok {
		fields = append(fields, models.FieldError{Field: "region", Code: "unknown_region", Message: "请填写广东省或其地级以上市的行政区划代码，例如 440100。"})
	}
	if in.Kind != "" && !in.Kind.Valid() {
		fields = append(fields, models.FieldError{Field: "kind", Code: "wrong_value", Message: "kind 应为 enterprise、school 或 social_org。"})
	}
	if len(in.Scopes) == 0 {
		fields = append(fields, models.FieldError{Field: "scopes", Code: "required", Message: "请至少选择一项权限。"})
	}
	for _, x := range in.Scopes {
		if !slices.Contains(models.KeyScopes(), x) {
			fields = append(fields, models.FieldError{Field: "scopes", Code: "unknown_scope", Message: "没有这一项权限，请按文档填写。"})
			break
		}
	}
	slices.Sort(in.Scopes)
	in.Scopes = slices.Compact(in.Scopes)
	if in.Org != "" {
		o, err := s.Store.FindOrg(ctx, p.Scope(), in.Org)
		switch {
		case errors.Is(err, models.ErrNotFound):
			fields = append(fields, models.FieldError{Field: "org", Code: "unknown_org", Message: "没有这家机构。"})
		case err != nil:
			return err
		default:
			in.Region, in.Kind = o.Region, ""
		}
	}
	if len(fields) > 0 {
		return models.ErrInvalid.WithFields(fields...)
	}
	return nil
}

func newKey(id models.ClientID) (key string, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	key = keyPrefix + string(id) + "_" + base64.RawURLEncoding.EncodeToString(raw)
	return key, hashKey(key)
}

// hashKey: a plain hash is enough for what cannot be guessed.
func hashKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// Clients lists the machine clients. Only the province may.
func (s *Service) Clients(ctx context.Context, p models.Principal, page models.Page) (models.List[models.Client], error) {
	if p.Role != models.RoleProvince {
		return models.List[models.Client]{}, models.ErrForbidden
	}
	return s.Store.ListClients(ctx, page)
}

// RotateClient gives a client another key; the one before still opens for grace, so that the machine can be switched over without a gap.
func (s *Service) RotateClient(ctx context.Context, p models.Principal, id models.ClientID, grace time.Duration) (ClientKey, error) {
	if p.Role != models.RoleProvince {
		return ClientKey{}, models.ErrForbidden
	}
	if grace < 0 || grace > maxGrace {
		return ClientKey{}, models.ErrInvalid.WithFields(models.FieldError{Field: "grace_hours", Code: "out_of_range", Message: "旧密钥最多再用 168 小时。"})
	}
	c, err := s.Store.FindClient(ctx, id)
	if err != nil {
		return ClientKey{}, err
	}
	if err := s.recordClient(ctx, p, c, "rotated"); err != nil {
		return ClientKey{}, err
	}
	key, hash := newKey(id)
	now := s.Now()
	c, err = s.Store.RotateClient(ctx, id, c.Key, hash, now, now.Add(grace), now.Add(keyLife))
	if errors.Is(err, models.ErrNotFound) { // revoked, or rotated by somebody else at the same time
		err = models.ErrConflict
	}
	return ClientKey{Client: c, Key: key}, err
}

// RevokeClient ends a client at once.
func (s *Service) RevokeClient(ctx context.Context, p models.Principal, id models.ClientID) error {
	if p.Role != models.RoleProvince {
		return models.ErrForbidden
	}
	c, err := s.Store.FindClient(ctx, id)
	if err != nil {
		return err
	}
	if err := s.recordClient(ctx, p, c, "revoked"); err != nil {
		return err
	}
	_, err = s.Store.RevokeClient(ctx, id)
	return err
}

// authenticateClient tells whose key it is.
func (s *Service) authenticateClient(ctx context.Context, key string) (models.Principal, error) {
	id, _, ok := strings.Cut(strings.TrimPrefix(key, keyPrefix), "_")
	if !ok || len(id) != 26 {
		return models.Principal{}, models.ErrClientKey
	}
	c, err := s.Store.FindClient(ctx, models.ClientID(id))
	if errors.Is(err, models.ErrNotFound) {
		return models.Principal{}, models.ErrClientKey
	}
	if err != nil {
		return models.Principal{}, err
	}
	now, h := s.Now(), hashKey(key)
	current := subtle.ConstantTimeCompare(c.Key, h) == 1
	previous := subtle.ConstantTimeCompare(c.Previous, h) == 1 && now.Before(c.Until)
	if c.Revoked || !now.Before(c.ExpiresAt) || !current && !previous {
		return models.Principal{}, models.ErrClientKey
	}
	if ok, wait := s.Limiter.Allow(ctx, "client/"+id, perClient()); !ok {
		return models.Principal{}, models.ErrTooMany.With("retry_after", seconds(wait))
	}
	if hour := now.Truncate(time.Hour); c.UsedAt.Before(hour) {
		if err := s.Store.ClientUsed(ctx, c.ID, hour); err != nil {
			return models.Principal{}, err
		}
	}
	return c.Principal(), nil
}

func (s *Service) recordClient(ctx context.Context, p models.Principal, c models.Client, what string) error {
	return s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditClientChanged, Object: "client/" + string(c.ID), Org: c.Org, Region: models.Province, Detail: map[string]string{"what": what},
	})
}
