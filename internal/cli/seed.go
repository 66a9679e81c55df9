package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"huisheng/app/outreach"
	"huisheng/app/registry"
	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// The demo province: 60 people on the enterprise's roster, 40 of them on its first claim.
const (
	demoSeed    = 1
	demoPeople  = 60
	demoClaimed = 40
	demoClaimNo = "DEMO-2026-0001"
)

// seed fills a development database, or makes the first account of a production one. Doing it again is harmless.
func seed(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	flags.SetOutput(errOut)
	withDemo := flags.Bool("demo", false, "make the demo province")
	answers := flags.Int("answers", 0, "let so many demo people answer, to see indicators at once")
	admin := flags.String("admin", "", "make a province account with this login and print its password")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	switch {
	case *admin != "":
		return seedAdmin(ctx, p, *admin, out)
	case p.cfg.Production():
		return errors.New("the demo province is for development only")
	case *withDemo:
		return seedDemo(ctx, p, out)
	case *answers > 0:
		return seedAnswers(ctx, p, *answers, out)
	}
	return errUsage
}

func seedAdmin(ctx context.Context, p *parts, login string, out io.Writer) error {
	if _, err := p.store.FindAccountByLogin(ctx, strings.ToLower(login)); err == nil {
		return fmt.Errorf("an account %q exists already; nothing was changed", login)
	}
	password := rand.Text()
	a := models.Account{Login: login, Name: "省级管理员", Role: models.RoleProvince, Region: models.Province, MustChange: true}
	if _, err := p.app.Accounts.Ensure(ctx, a, password); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "account %s, password %s (to be changed at the first login)\n", login, password)
	return err
}

// demoOrg is one organisation of the demo province with its operator's login.
type demoOrg struct {
	login string
	org   registry.NewOrg
}

func demoOrgs() []demoOrg {
	return []demoOrg{
		{"enterprise", registry.NewOrg{Kind: models.OrgEnterprise, Name: "示例机电有限公司", USCC: "91440101MA5TE5T07H", Division: "440100", Affiliation: models.AffiliationCity, Filing: demo.Filing()}},
		{"school", registry.NewOrg{Kind: models.OrgSchool, Name: "示例技师学院", USCC: "12440000MB2TE5T3XR", Division: "440100", Affiliation: models.AffiliationCity, Subtype: "technician_college", Filing: demo.Filing()}},
		{"social-org", registry.NewOrg{Kind: models.OrgSocial, Name: "示例职业能力评价中心", USCC: "52440000MJ8TE5T21H", Division: "440300", Affiliation: models.AffiliationCity, Filing: demo.Filing()}},
	}
}

func seedDemo(ctx context.Context, p *parts, out io.Writer) error {
	password, err := demoPassword(p)
	if err != nil {
		return err
	}
	for _, a := range []models.Account{
		{Login: "province", Name: "省厅演示", Role: models.RoleProvince, Region: models.Province},
		{Login: "province-2", Name: "省厅演示二", Role: models.RoleProvince, Region: models.Province}, // whoever proposes a measure does not decide it
		{Login: "city-440100", Name: "广州市局演示", Role: models.RoleCity, Region: "440100"},
		{Login: "city-440300", Name: "深圳市局演示", Role: models.RoleCity, Region: "440300"},
		{Login: "alliance", Name: "联盟演示", Role: models.RoleAlliance},
	} {
		if _, err := p.app.Accounts.Ensure(ctx, a, password); err != nil {
			return fmt.Errorf("account %s: %w", a.Login, err)
		}
	}
	var enterprise models.Org
	for _, d := range demoOrgs() {
		org, err := ensureOrg(ctx, p, d.org)
		if err != nil {
			return fmt.Errorf("organisation %s: %w", d.login, err)
		}
		a := models.Account{Login: d.login, Name: d.org.Name + "经办人", Role: models.RoleOperator, Org: org.ID, Region: org.Region}
		if _, err := p.app.Accounts.Ensure(ctx, a, password); err != nil {
			return fmt.Errorf("account %s: %w", d.login, err)
		}
		switch org.Kind {
		case models.OrgEnterprise:
			enterprise = org
		case models.OrgSchool:
			err = seedSchool(ctx, p, org)
		case models.OrgSocial:
			err = seedSocial(ctx, p, org)
		}
		if err != nil {
			return fmt.Errorf("organisation %s: %w", d.login, err)
		}
	}
	if err := seedPolicy(ctx, p); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	batch, err := seedClaim(ctx, p, enterprise)
	if err != nil {
		return err
	}
	return printWhereToClick(ctx, p, batch, password, out)
}

// demoPassword takes the one that was set, or makes one and keeps it beside the keys, so that it stays the same.
func demoPassword(p *parts) (string, error) {
	if p.cfg.DemoPassword != "" {
		return p.cfg.DemoPassword, nil
	}
	path := filepath.Join(filepath.Dir(p.cfg.KeysFile), "demo-password")
	if raw, err := os.ReadFile(path); err == nil { //nolint:gosec // beside the key file, which the environment names
		return strings.TrimSpace(string(raw)), nil
	}
	password := "demo-" + strings.ToLower(rand.Text()[:8])
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep demo password: %w", err)
	}
	return password, nil
}

func province() models.Principal { return models.Principal{Account: "seed", Role: models.RoleProvince} }

func ensureOrg(ctx context.Context, p *parts, in registry.NewOrg) (models.Org, error) {
	made, err := p.app.Registry.Create(ctx, province(), in)
	if !errors.Is(err, models.ErrOrgExists) {
		return made.Org, err
	}
	list, err := p.store.ListOrgs(ctx, models.SystemScope(), store.OrgFilter{Kind: in.Kind, Name: in.Name}, models.Page{Limit: 1})
	if err != nil || len(list.Items) == 0 {
		return models.Org{}, errors.Join(models.ErrNotFound, err)
	}
	return list.Items[0], nil
}

func seedClaim(ctx context.Context, p *parts, org models.Org) (models.BatchID, error) {
	people := demo.People(demoSeed, demoPeople)
	for i := range people { // fresh certificates, so that this quarter has something to show
		day := string(models.DateOf(time.Now()).AddDays(-i % 20))
		people[i].IssuedOn, people[i].AssessedOn = day, day
	}
	var file bytes.Buffer
	if err := demo.RosterXLSX(&file, org.Kind, people); err != nil {
		return "", err
	}
	operator := models.Principal{Account: "seed", Role: models.RoleOperator, Org: org.ID}
	if _, err := p.app.Roster.Import(ctx, operator, org.ID, roster.File{
		Content: bytes.NewReader(file.Bytes()), Size: int64(file.Len()), Name: "示例名册.xlsx",
	}, false, nil); err != nil {
		return "", fmt.Errorf("roster: %w", err)
	}
	in := outreach.ClaimInput{No: demoClaimNo, Org: org.ID, SubsidyType: "SKILL_ASSESSMENT", ClaimedAt: "2026-11-20"}
	for _, person := range people[:demoClaimed] {
		in.Certificates = append(in.Certificates, person.Certificate)
	}
	claim, err := p.app.Outreach.Claim(ctx, operator, in)
	if err != nil {
		return "", fmt.Errorf("claim: %w", err)
	}
	return claim.Batch, p.app.Outreach.Expand(ctx, claim.Batch)
}

// printWhereToClick tells a newcomer what to open, with one person's link, code and digits.
func printWhereToClick(ctx context.Context, p *parts, batch models.BatchID, password string, out io.Writer) error {
	list, err := p.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: batch}, models.Page{Limit: 1})
	if err != nil || len(list.Items) == 0 {
		return errors.Join(errors.New("the demo claim has no invitations"), err)
	}
	inv := list.Items[0]
	record, err := p.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return err
	}
	var who models.Identity
	if err := p.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who); err != nil {
		return err
	}
	ids := ident.New(p.box)
	link := p.cfg.BaseURL + "/i/" + ids.Tokens.Make(token.Direct, string(inv.ID))
	code, err := qrcode.New(link, qrcode.Low)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	_, err = fmt.Fprintf(out, `
回声 Huisheng · demo province
  console   %[1]s/console
            accounts province, province-2, city-440100, city-440300, alliance, enterprise, school, social-org
            password %[2]s
  messages  %[1]s/dev/outbox   (what the console channel "sent")
  API       %[1]s/docs

  A worker's phone: open the link, or %[1]s/f with code %[3]s; the last 4 of the document are %[4]s
  %[5]s
%[6]s
  To try it on a real phone in the same network, start with HUISHENG_BASE_URL=http://THIS-MACHINE:8080.
  The school's interns and graduates, its companies' contacts and the social organisation's trainees are asked in rounds by month: see the
  console's 反馈批次 as school, social-org or city-440300, their links in the messages, and what needs a look on the start page of city-440100.
  To let 12 demo people of each round answer and see indicators at once, run in another terminal: scripts/services exec bin/huisheng seed --answers 12
`, p.cfg.BaseURL, password, ids.Tokens.Code(string(inv.ID), inv.CodeSalt), who.Document[len(who.Document)-4:], link, code.ToSmallString(false))
	return err
}
