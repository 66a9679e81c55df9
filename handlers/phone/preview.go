package phone

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// Preview shows a questionnaire as a phone would, to an official, inside a frame of the console. It is the phone's own page with a made-up assessment; it keeps
// nothing on the device and sends nothing.
func (h *Phone) Preview(c *fiber.Ctx, q *models.Questionnaire, self string) error {
	v := formView{page: h.newPage(c, "site.tag", self), Key: "preview", Draft: "preview"}
	v.Now, v.Preview = true, true
	var err error
	v.About, err = v.about(models.About{OrgName: v.text("preview.org"), Occupation: v.text("preview.occupation"), Level: "4"}, q.Kind)
	if err != nil {
		return err
	}
	// Only the console may show it in a frame, and nobody else.
	c.Locals(framedByUs, true)
	c.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	return h.showQuestionnaire(c, fiber.StatusOK, q, v, filling{}, nil)
}

// framedByUs marks a request whose page the console may frame.
const framedByUs = "phone-framed"

func (h *Phone) policyFor(c *fiber.Ctx) string {
	if c.Locals(framedByUs) == true {
		return strings.Replace(h.policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1)
	}
	return h.policy
}
