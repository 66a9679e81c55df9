package outreach

import (
	"context"
	"crypto/hmac"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/models"
)

// ClaimInput is a subsidy claim as posted: exactly one of Records, Certificates and Trainee names the people.
type ClaimInput struct {
	No           string
	Org          models.OrgID
	SubsidyType  string // code or name of the catalog
	ClaimedAt    string // 2006-01-02; a moment in RFC 3339 counts as its day in Beijing
	Records      []models.RecordID
	Certificates []string
	Trainee      *models.Trainee // one person's own claim, with who it is
}

// ClaimResult is the answer to a claim, the same for every repeat.
type ClaimResult struct {
	ID       models.ClaimID
	No       string
	Batch    models.BatchID
	Accepted int
	Rejected []models.Refusal
	Link     string    // of one person's own claim, for whoever is not the organisation
	ClosesAt time.Time // of one person's own claim
}

// Claim freezes the list of a subsidy claim and starts its batch. The claim's insert is the commit: the same claim again, also in parallel
// or after a crash in between, gives the same answer and completes what was left undone; another content under the number gives
// ErrClaimDiffers. People who cannot be invited are refused one by one with a reason; when that is everybody, ErrClaimEmpty, and
// nothing is stored.
func (s *Service) Claim(ctx context.Context, p models.Principal, in ClaimInput) (ClaimResult, error) {
	if err := mayClaim(p, in.Org); err != nil {
		return ClaimResult{}, err
	}
	if in.Org == "" {
		in.Org = p.Org
	}
	in, err := s.checkClaim(in)
	if err != nil {
		return ClaimResult{}, err
	}
	org, err := s.store.FindOrg(ctx, p.Scope(), in.Org)
	if err != nil {
		return ClaimResult{}, err
	}
	id, digest := s.ident.Claim(in.Org, in.No), s.claimDigest(in)
	if done, err := s.repeatClaim(ctx, p, org, id, digest); !errors.Is(err, models.ErrNotFound) {
		return done, err
	}
	alone := single(org, in)
	if err := s.notBarred(ctx, p, org, alone); err != nil {
		return ClaimResult{}, err
	}
	if in, err = s.admit(ctx, p, org, in); err != nil {
		return ClaimResult{}, err
	}
	claim := models.Claim{
		ID: id, No: in.No, Org: in.Org, Region: org.Region, SubsidyType: in.SubsidyType, ClaimedAt: in.ClaimedAt, Digest: digest,
		Batch: s.ident.ClaimBatch(id), State: models.ClaimAccepted, By: p.Account, CreatedAt: s.now().Truncate(time.Millisecond),
	}
	if err := s.judge(ctx, org, in, &claim); err != nil {
		return ClaimResult{}, err
	}
	if claim.People = len(claim.Records); claim.People == 0 {
		return ClaimResult{}, models.ErrClaimEmpty.With("rejected", explain(claim.Rejected))
	}
	if alone {
		if claim, err = s.pool(ctx, org, claim); err != nil {
			return ClaimResult{}, err
		}
	}
	switch err := s.commit(ctx, p, claim); {
	case errors.Is(err, models.ErrConflict): // a parallel post was faster
		return s.repeatClaim(ctx, p, org, id, digest)
	case err != nil:
		return ClaimResult{}, err
	}
	return s.startClaim(ctx, p, org, claim)
}

// commit stores a claim, after the audit log has it.
func (s *Service) commit(ctx context.Context, p models.Principal, c models.Claim) error {
	err := s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditClaim, Object: "claim/" + string(c.ID), Org: c.Org, Region: c.Region,
		Detail: map[string]string{"accepted": strconv.Itoa(c.People), "rejected": strconv.Itoa(len(c.Rejected))},
	})
	if err != nil {
		return err
	}
	return s.store.CreateClaim(ctx, c)
}

// mayClaim: an operator for its own organisation, officials for those in their scope, which the query enforces.
func mayClaim(p models.Principal, org models.OrgID) error {
	switch p.Role {
	case models.RoleProvince, models.RoleCity:
		return nil
	case models.RoleOperator:
		if org == "" || org == p.Org {
			return nil
		}
	case models.RoleClient:
		if p.May(models.ScopeClaimsWrite) && (p.Org == "" || org == "" || org == p.Org) {
			return nil
		}
	}
	return models.ErrForbidden
}

// repeatClaim answers from the claim that is stored, or gives ErrNotFound.
func (s *Service) repeatClaim(ctx context.Context, p models.Principal, org models.Org, id models.ClaimID, digest []byte) (ClaimResult, error) {
	c, err := s.store.FindClaim(ctx, models.SystemScope(), id)
	if err != nil {
		return ClaimResult{}, err
	}
	if !hmac.Equal(c.Digest, digest) {
		return ClaimResult{}, models.ErrClaimDiffers
	}
	return s.startClaim(ctx, p, org, c)
}

// startClaim makes the batch of a stored claim and wakes a worker. Both may have happened before.
func (s *Service) startClaim(ctx context.Context, p models.Principal, org models.Org, c models.Claim) (ClaimResult, error) {
	if c.Trigger == models.TriggerTraineeClaim {
		return s.startTrainee(ctx, p, org, c)
	}
	if c.State == models.ClaimAccepted {
		if err := s.ensureBatch(ctx, org, c); err != nil {
			return ClaimResult{}, err
		}
		s.queue.Wake(ctx, port.JobExpand, string(c.Batch))
	}
	return ClaimResult{ID: c.ID, No: c.No, Batch: c.Batch, Accepted: c.People, Rejected: explain(c.Rejected)}, nil
}

func explain(list []models.Refusal) []models.Refusal {
	out := make([]models.Refusal, len(list))
	for i, r := range list {
		out[i] = r.Explain()
	}
	return out
}

// claimDigest tells the same claim from another. The order of the list is not part of what a claim says.
func (s *Service) claimDigest(in ClaimInput) []byte {
	parts := []string{"claim", string(in.Org), in.SubsidyType, in.ClaimedAt}
	var list []string
	if t := in.Trainee; t != nil {
		return s.ident.Digest(append(parts, "trainee", t.Name, t.DocumentType, t.Document, t.Phone, t.Occupation, t.OccupationCode, t.Level, t.Certificate,
			t.IssuedOn, t.ExamSite, t.ExamRegion, t.Course)...)
	}
	if len(in.Certificates) > 0 {
		parts = append(parts, "certificates")
		list = slices.Clone(in.Certificates)
	} else {
		parts = append(parts, "records")
		for _, r := range in.Records {
			list = append(list, string(r))
		}
	}
	slices.Sort(list)
	return s.ident.Digest(append(parts, list...)...)
}

// maxNo bounds claim numbers and the names of people on a list, which are stored once each.
const maxNo = 64

// checkClaim tidies the input and names every wrong field.
func (s *Service) checkClaim(in ClaimInput) (ClaimInput, error) {
	var wrong []models.FieldError
	bad := func(field, code, message string) {
		wrong = append(wrong, models.FieldError{Field: field, Code: code, Message: message})
	}
	in.No = strings.TrimSpace(in.No)
	if n := utf8.RuneCountInString(in.No); n == 0 || n > maxNo || strings.ContainsFunc(in.No, unicode.IsControl) {
		bad("claim_no", "length", "请填写申领编号，不超过64个字。")
	}
	if in.Org == "" {
		bad("org", "required", "请写明是哪个机构的申领。")
	}
	if t, ok := s.subsidyType(in.SubsidyType); ok {
		in.SubsidyType = t.Code
	} else {
		bad("subsidy_type", "unknown", "没有这种补贴，可选："+s.subsidyNames())
	}
	if at, err := time.Parse(time.RFC3339, in.ClaimedAt); err == nil {
		in.ClaimedAt = string(models.DateOf(at))
	}
	day, err := models.ParseDate(in.ClaimedAt)
	if err != nil {
		bad("claimed_at", "date_format", "申领日期的写法应为 2026-11-23。")
	} else if day > models.DateOf(s.now()) {
		bad("claimed_at", "future", "申领日期不能晚于今天。")
	}
	if f := checkList(in); f != nil {
		wrong = append(wrong, *f)
	}
	if len(wrong) > 0 {
		return in, models.ErrInvalid.WithFields(wrong...)
	}
	in.Certificates = tidyNumbers(in.Certificates)
	return in, nil
}

func checkList(in ClaimInput) *models.FieldError {
	if in.Trainee != nil {
		if len(in.Records)+len(in.Certificates) > 0 {
			return &models.FieldError{Field: "trainee", Code: "only_one", Message: "trainee、records 与 certificates 只能写一个。"}
		}
		return nil
	}
	list, other, field := len(in.Records), len(in.Certificates), "records"
	if list == 0 {
		list, other, field = other, 0, "certificates"
	}
	switch {
	case list == 0:
		return &models.FieldError{Field: "records", Code: "required", Message: "请用 records 或 certificates 写明名单，本人申领也可以用 trainee 写明是谁。"}
	case other > 0:
		return &models.FieldError{Field: "certificates", Code: "only_one", Message: "records 与 certificates 只能写一个。"}
	case list > models.MaxClaimPeople:
		return &models.FieldError{Field: field, Code: "too_many", Message: "一次申领最多十万人，请分开申领。"}
	}
	long := func(s string) bool { return len(s) > maxNo }
	if slices.ContainsFunc(in.Certificates, long) || slices.ContainsFunc(in.Records, func(r models.RecordID) bool { return long(string(r)) }) {
		return &models.FieldError{Field: field, Code: "length", Message: "名单中有过长的编号，请核对。"}
	}
	return nil
}

// tidyNumbers writes certificate numbers as the roster stores them; what is none stays as it is and will not be found.
func tidyNumbers(list []string) []string {
	out := make([]string, len(list))
	for i, raw := range list {
		no, err := models.ParseCertificate(raw)
		if err != nil {
			no = strings.TrimSpace(raw)
		}
		out[i] = no
	}
	return out
}

// subsidyType finds a subsidy by its code, in any case, or by its name.
func (s *Service) subsidyType(text string) (models.SubsidyType, bool) {
	text = strings.TrimSpace(text)
	for _, t := range s.catalog.SubsidyTypes() {
		if strings.EqualFold(text, t.Code) || text == t.Name.Zh || strings.EqualFold(text, t.Name.En) {
			return t, true
		}
	}
	return models.SubsidyType{}, false
}

func (s *Service) subsidyNames() string {
	var names []string
	for _, t := range s.catalog.SubsidyTypes() {
		names = append(names, t.Code+"（"+t.Name.Zh+"）")
	}
	return strings.Join(names, "、") + "。"
}
