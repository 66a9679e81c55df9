package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/models"
)

type claimInput struct {
	ClaimNo      string            `json:"claim_no"`
	Org          models.OrgID      `json:"org"`
	SubsidyType  string            `json:"subsidy_type"`
	ClaimedAt    string            `json:"claimed_at"`
	Records      []models.RecordID `json:"records"`
	Certificates []string          `json:"certificates"`
	Trainee      *models.Trainee   `json:"trainee"`
}

// PostClaim takes a subsidy claim with its list: 202 with who was accepted and who was not; the batch expands in the background. The same claim
// again gets the same answer.
func (h *API) PostClaim(c *fiber.Ctx) error {
	in, err := web.Bind[claimInput](c)
	if err != nil {
		return err
	}
	r, err := h.app.Outreach.Claim(c.UserContext(), web.Principal(c), outreach.ClaimInput{
		No: in.ClaimNo, Org: in.Org, SubsidyType: in.SubsidyType, ClaimedAt: in.ClaimedAt, Records: in.Records, Certificates: in.Certificates,
		Trainee: in.Trainee,
	})
	if err != nil {
		return err
	}
	out := fiber.Map{"claim": r.No, "id": r.ID, "batch": r.Batch, "accepted": r.Accepted, "rejected": r.Rejected}
	if r.Link != "" {
		out["link"], out["closes_at"] = r.Link, web.Time(r.ClosesAt)
		c.Set(fiber.HeaderCacheControl, "no-store") // it opens one person's form
	}
	return c.Status(fiber.StatusAccepted).JSON(out)
}
