package console

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/app/roster"
	"huisheng/handlers/web"
	"huisheng/models"
)

// The ways of saying who is on a claim.
const (
	pickTicked  = "ticked"
	pickAll     = "all"
	pickNumbers = "numbers"
	pickUpload  = "upload"
)

type claimData struct {
	Org      models.Org
	Subsidy  []models.SubsidyType
	Levels   []models.Level
	List     models.List[roster.RecordView]
	First    string
	Next     string
	Action   string // with the filters, so that "everybody found" means what the page showed
	Pick     string
	Today    string
	Rejected []models.Refusal // when nobody could be invited
}

type claimedData struct {
	outreach.ClaimResult
	Org models.OrgID
}

// ShowClaim is the form for a new claim.
func (h *Console) ShowClaim(c *fiber.Ctx) error {
	return h.claim(c, form{Values: map[string]string{}}, nil)
}

func (h *Console) claim(c *fiber.Ctx, f form, rejected []models.Refusal) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	d := claimData{
		Org: org, Subsidy: h.app.Catalog.SubsidyTypes(), Levels: h.app.Catalog.Levels(), Pick: f.Value("pick"), Today: string(models.DateOf(time.Now())),
		Rejected: rejected,
	}
	if d.Pick == "" {
		d.Pick = pickTicked
	}
	if f.Value("claimed_at") == "" {
		f.Values["claimed_at"] = d.Today
	}
	if d.List, err = h.records(c, org.ID, &f); err != nil {
		return err
	}
	d.Next, d.Action = newer(c, d.List.Next), here(c, c.Query("after"))
	if c.Query("after") != "" {
		d.First = "/console/claims/new"
	}
	return h.render(c, "claim", page{Title: say(c, "发起申领", "New claim"), Form: f, Data: d})
}

// PostClaim freezes the list and starts the batch. Sent twice it gives the same answer.
func (h *Console) PostClaim(c *fiber.Ctx) error {
	f := typed(c, "claim_no", "subsidy_type", "claimed_at", "pick", "numbers")
	org, err := h.own(c)
	if err != nil {
		return err
	}
	in := outreach.ClaimInput{No: f.Value("claim_no"), Org: org.ID, SubsidyType: f.Value("subsidy_type"), ClaimedAt: f.Value("claimed_at")}
	if err := h.pick(c, &in, f.Value("pick")); err != nil {
		return h.claimRefused(c, f, err)
	}
	if c.FormValue("do") != "send" { // look first: the list cannot be changed afterwards
		return h.checkClaim(c, f, in)
	}
	res, err := h.app.Outreach.Claim(c.UserContext(), web.Principal(c), in)
	if err != nil {
		return h.claimRefused(c, f, err)
	}
	return h.render(c, "claimed", page{Title: say(c, "申领已受理", "Claim taken"), Data: claimedData{res, org.ID}})
}

// refusedPeople reads the list inside ErrClaimEmpty.
func refusedPeople(err error) []models.Refusal {
	var e *models.Error
	if errors.As(err, &e) {
		list, _ := e.Extra["rejected"].([]models.Refusal) // none in other errors
		return list
	}
	return nil
}

// pick fills in who is on the claim.
func (h *Console) pick(c *fiber.Ctx, in *outreach.ClaimInput, how string) error {
	switch how {
	case pickNumbers:
		in.Certificates = strings.FieldsFunc(c.FormValue("numbers"), func(r rune) bool {
			return strings.ContainsRune(" \t\r\n,;，；、　", r)
		})
		return nil
	case pickAll:
		return h.pickAll(c, in)
	case pickUpload:
		head, err := c.FormFile("list")
		if err != nil {
			return models.ErrInvalid.WithFields(models.FieldError{Field: "list", Code: "file_missing", Message: "请先选择文件。"}).Because(err)
		}
		in.Certificates, err = listed(c, head)
		return err
	}
	for _, id := range ticks(c, "record") {
		in.Records = append(in.Records, models.RecordID(id))
	}
	return nil
}

// ticks gives all values of a field, however the form was sent.
func ticks(c *fiber.Ctx, name string) (list []string) {
	if f, err := c.MultipartForm(); err == nil {
		return f.Value[name]
	}
	for _, raw := range c.Request().PostArgs().PeekMulti(name) {
		list = append(list, string(raw))
	}
	return list
}

// pickAll takes everybody that the filter of the address finds, up to the most that a claim may list.
func (h *Console) pickAll(c *fiber.Ctx, in *outreach.ClaimInput) error {
	at := models.Page{Limit: 1000}
	for {
		list, err := h.app.Roster.ListRecords(c.UserContext(), web.Principal(c), in.Org, query(c), at)
		if err != nil {
			return fmt.Errorf("pick everybody on the list: %w", err)
		}
		for _, r := range list.Items {
			in.Records = append(in.Records, r.ID)
		}
		if list.Next == "" || len(in.Records) > models.MaxClaimPeople {
			return nil
		}
		at.After = list.Next
	}
}
