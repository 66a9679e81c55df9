package account

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// NewAccount is what somebody asks for when making an account. Password empty: one is made, which must be changed at the first login.
type NewAccount struct {
	Login    string
	Name     string
	Role     models.Role
	Region   string // a city's own code; not for operators
	Password string
}

// Created is an account and, when the service made it, the password to hand over. It is not kept anywhere and cannot be read again.
type Created struct {
	Account         models.Account
	InitialPassword string
}

var loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)

const maxName = 50 // characters

// CreateOperator makes an account under an organisation that p supervises.
func (s *Service) CreateOperator(ctx context.Context, p models.Principal, org models.OrgID, in NewAccount) (Created, error) {
	o, err := s.Store.FindOrg(ctx, p.Scope(), org)
	if err != nil {
		return Created{}, err
	}
	fields := in.check()
	if in.Role != "" && in.Role != models.RoleOperator {
		fields = append(fields, models.FieldError{Field: "role", Code: "wrong_role", Message: "机构下只能建立经办人（operator）账号。"})
	}
	if in.Region != "" {
		fields = append(fields, models.FieldError{Field: "region", Code: "not_allowed", Message: "经办人账号不填地区，随机构而定。"})
	}
	if len(fields) > 0 {
		return Created{}, models.ErrInvalid.WithFields(fields...)
	}
	return s.create(ctx, p, models.Account{Name: in.Name, Login: in.Login, Role: models.RoleOperator, Org: o.ID, Region: o.Region}, in.Password)
}

// CreateOfficial makes an account of a city, the alliance or the province itself. Only the province may.
func (s *Service) CreateOfficial(ctx context.Context, p models.Principal, in NewAccount) (Created, error) {
	if p.Role != models.RoleProvince {
		return Created{}, models.ErrForbidden
	}
	fields := in.check()
	region := models.Province
	switch in.Role {
	case models.RoleCity:
		region = in.Region
		if r, ok := s.Catalog.Region(region); !ok || r.IsProvince() {
			fields = append(fields, models.FieldError{Field: "region", Code: "unknown_region", Message: "请填写广东省地级以上市的行政区划代码，例如 440100。"})
		}
	case models.RoleProvince, models.RoleAlliance:
		if in.Region != "" && in.Region != models.Province {
			fields = append(fields, models.FieldError{Field: "region", Code: "not_allowed", Message: "省级和联盟账号不填地区。"})
		}
	default:
		fields = append(fields, models.FieldError{Field: "role", Code: "wrong_role", Message: "角色应为 city、alliance 或 province；经办人账号请在机构下建立。"})
	}
	if len(fields) > 0 {
		return Created{}, models.ErrInvalid.WithFields(fields...)
	}
	return s.create(ctx, p, models.Account{Name: in.Name, Login: in.Login, Role: in.Role, Region: region}, in.Password)
}

// check cleans the input and says what is wrong with what every account has.
func (in *NewAccount) check() (fields []models.FieldError) {
	in.Login = cleanLogin(in.Login)
	if !loginPattern.MatchString(in.Login) {
		fields = append(fields, models.FieldError{Field: "account", Code: "wrong_format", Message: "账号用 3 到 64 个小写字母、数字或 . _ @ -，以字母或数字开头。"})
	}
	fields = append(fields, checkName(&in.Name)...)
	if in.Password != "" {
		fields = append(fields, checkPassword("password", in.Login, in.Password)...)
	}
	return fields
}

func checkName(name *string) []models.FieldError {
	*name = strings.TrimSpace(*name)
	if n := utf8.RuneCountInString(*name); n < 1 || n > maxName || !models.Printable(*name) {
		return []models.FieldError{{Field: "name", Code: "wrong_format", Message: fmt.Sprintf("请填写 1 到 %d 个字的姓名或称呼。", maxName)}}
	}
	return nil
}

func (s *Service) create(ctx context.Context, p models.Principal, a models.Account, password string) (Created, error) {
	out := Created{}
	if password == "" {
		password = initialPassword()
		out.InitialPassword, a.MustChange = password, true
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return Created{}, err
	}
	if _, err := s.Store.FindAccountByLogin(ctx, a.Login); err == nil {
		return Created{}, taken()
	}
	a.ID, a.PasswordHash, a.CreatedAt = models.AccountID(models.NewID()), phc, s.Now()
	err = s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditAccountCreated, Object: object(a.ID), Org: a.Org, Region: a.Region, Detail: map[string]string{"role": string(a.Role)},
	})
	if err != nil {
		return Created{}, err
	}
	if err := s.Store.CreateAccount(ctx, a); err != nil {
		if errors.Is(err, models.ErrAccountTaken) { // in this very moment
			err = taken()
		}
		return Created{}, err
	}
	out.Account = a
	return out, nil
}

func taken() error {
	return models.ErrAccountTaken.WithFields(models.FieldError{Field: "account", Code: "account_taken", Message: models.ErrAccountTaken.Message})
}

// List lists accounts that p may see: all for the province, one city's officials and its organisations' operators for a city.
func (s *Service) List(ctx context.Context, p models.Principal, f store.AccountFilter, page models.Page) (models.List[models.Account], error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.List[models.Account]{}, models.ErrForbidden
	}
	return s.Store.ListAccounts(ctx, p.Scope(), f, page)
}

// ListOf lists the accounts of an organisation in p's scope.
func (s *Service) ListOf(ctx context.Context, p models.Principal, org models.OrgID, page models.Page) (models.List[models.Account], error) {
	if _, err := s.Store.FindOrg(ctx, p.Scope(), org); err != nil {
		return models.List[models.Account]{}, err
	}
	return s.Store.ListAccounts(ctx, models.SystemScope(), store.AccountFilter{Org: org}, page)
}

// Change is what may be changed of somebody else's account.
type Change struct {
	Name          *string
	Disabled      *bool
	ResetPassword bool // makes a new initial password, which also ends a lock
	ResetOTP      bool // forgets the second factor: the phone is lost
}

// Update changes an account. The province may change every one, a city the operators of its organisations, nobody their own. Disabling and
// resetting end all sessions of the account at once.
func (s *Service) Update(ctx context.Context, p models.Principal, id models.AccountID, ch Change) (Created, error) {
	a, err := s.mayManage(ctx, p, id)
	if err != nil {
		return Created{}, err
	}
	set := store.AccountChange{Name: ch.Name, Disabled: ch.Disabled, ResetSecond: ch.ResetOTP}
	if ch.Name != nil {
		if fields := checkName(ch.Name); len(fields) > 0 {
			return Created{}, models.ErrInvalid.WithFields(fields...)
		}
	}
	out := Created{}
	if ch.ResetPassword {
		out.InitialPassword = initialPassword()
		phc, err := s.hash(ctx, out.InitialPassword)
		if err != nil {
			return Created{}, err
		}
		mustChange := true
		set.PasswordHash, set.MustChange = &phc, &mustChange
	}
	disabled := a.Disabled
	if ch.Disabled != nil {
		disabled = *ch.Disabled
	}
	err = s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditAccountChanged, Object: object(id), Org: a.Org, Region: a.Region,
		Detail: map[string]string{"disabled": fmt.Sprint(disabled), "reset": fmt.Sprint(ch.ResetPassword), "otp_reset": fmt.Sprint(ch.ResetOTP)},
	})
	if err != nil {
		return Created{}, err
	}
	if out.Account, err = s.Store.UpdateAccount(ctx, p.Scope(), id, set); err != nil {
		return Created{}, err
	}
	if ch.ResetPassword || ch.ResetOTP || out.Account.Disabled {
		return out, s.Store.DeleteSessionsOf(ctx, id, "")
	}
	return out, nil
}

// Ensure makes an account with a password, or gives the one with this login that password back; for seeding, so that seeding twice is harmless.
func (s *Service) Ensure(ctx context.Context, a models.Account, password string) (models.Account, error) {
	a.Login = cleanLogin(a.Login)
	phc, err := s.hash(ctx, password)
	if err != nil {
		return a, err
	}
	was, err := s.Store.FindAccountByLogin(ctx, a.Login)
	switch {
	case err == nil:
		no := false
		return s.Store.UpdateAccount(ctx, models.SystemScope(), was.ID, store.AccountChange{PasswordHash: &phc, MustChange: &no, Disabled: &no})
	case !errors.Is(err, models.ErrNotFound):
		return a, err
	}
	a.ID, a.PasswordHash, a.CreatedAt = models.AccountID(models.NewID()), phc, s.Now()
	return a, s.Store.CreateAccount(ctx, a)
}
