package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// caseRow is one complaint on the desk.
type caseRow struct {
	complaint.Summary
	About string    // the category in plain words
	Due   time.Time // the deadline that counts now; zero when nothing is due
	Late  bool
}

func (h *Console) caseRow(s complaint.Summary) caseRow {
	row := caseRow{Summary: s, About: s.Category}
	if cat, ok := h.app.Catalog.Category(s.Category); ok {
		row.About = cat.Text.Zh
	}
	switch s.State {
	case models.ComplaintSubmitted:
		row.Due = s.AcceptBy
	case models.ComplaintAccepted, models.ComplaintInvestigating:
		row.Due = s.ResolveBy
	}
	row.Late = !row.Due.IsZero() && time.Now().After(row.Due)
	return row
}

func (h *Console) caseRows(list []complaint.Summary) []caseRow {
	rows := make([]caseRow, len(list))
	for i, s := range list {
		rows[i] = h.caseRow(s)
	}
	return rows
}

// caseStates are the states to choose from, in the order of a complaint's life.
func caseStates() []models.ComplaintState {
	return []models.ComplaintState{
		models.ComplaintSubmitted, models.ComplaintAccepted, models.ComplaintInvestigating, models.ComplaintDecided, models.ComplaintNotified,
		models.ComplaintRefused, models.ComplaintClosed,
	}
}

// ListComplaints is the desk's list.
func (h *Console) ListComplaints(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.ComplaintFilter{Org: models.OrgID(c.Query("org")), State: models.ComplaintState(c.Query("state"))}
	list, next, err := h.app.Complaints.List(c.UserContext(), web.Principal(c), f, at.After, at.Limit)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = "/console/complaints?state=" + url.QueryEscape(string(f.State))
	}
	return h.render(c, "complaints", page{Title: "投诉处理", Data: map[string]any{
		"Rows": h.caseRows(list), "First": first, "Next": newer(c, next), "State": f.State, "States": caseStates(),
	}})
}

// caseStep is one thing an official may do now.
type caseStep struct {
	Action models.ComplaintAction
	Text   string // on the button
	Hint   string // what the complainant will learn
}

// caseSteps are the steps offered in a state. The use case judges them again.
func caseSteps(s models.ComplaintState) []caseStep {
	accept := caseStep{models.ActionAccept, "受理", "例如：已收到，我们会派人核查。"}
	refuse := caseStep{models.ActionRefuse, "不予受理", "写明为什么不归本平台管，以及可以找谁。"}
	investigate := caseStep{models.ActionInvestigate, "开始调查", "例如：已联系机构调取评价记录。"}
	decide := caseStep{models.ActionDecide, "作出结论", "写明查到了什么，准备怎么处理。"}
	notify := caseStep{models.ActionNotify, "告知投诉人", "写明结论和处理结果，投诉人会看到。"}
	end := caseStep{models.ActionClose, "办结", "例如：已告知，投诉人没有异议。"}
	return map[models.ComplaintState][]caseStep{
		models.ComplaintSubmitted:     {accept, refuse},
		models.ComplaintAccepted:      {investigate, decide},
		models.ComplaintInvestigating: {decide},
		models.ComplaintDecided:       {notify},
		models.ComplaintNotified:      {end},
		models.ComplaintRefused:       {end},
	}[s]
}

type caseData struct {
	caseRow
	Text  string
	Steps []caseStep
	Step  caseStep // the chosen one
}

// ShowComplaint is one complaint with its words and the steps that are possible now.
func (h *Console) ShowComplaint(c *fiber.Ctx) error { return h.complaint(c, form{}) }

func (h *Console) complaint(c *fiber.Ctx, f form) error {
	d, err := h.app.Complaints.Read(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")))
	if err != nil {
		return err
	}
	data := caseData{caseRow: h.caseRow(d.Summary), Text: d.Text, Steps: caseSteps(d.State)}
	return h.render(c, "complaint", page{Title: "投诉 " + d.CaseNo, Form: f, Data: data})
}

// StepComplaint takes one step with its reason.
func (h *Console) StepComplaint(c *fiber.Ctx) error {
	f := typed(c, "action", "outcome", "reason")
	t := complaint.Transition{
		Action: models.ComplaintAction(f.Value("action")), Outcome: models.ComplaintOutcome(f.Value("outcome")), Reason: f.Value("reason"),
	}
	if t.Action != models.ActionDecide {
		t.Outcome = "" // the form has one list for all steps
	}
	id := models.ComplaintID(c.Params("id"))
	if _, err := h.app.Complaints.Take(c.UserContext(), web.Principal(c), id, t); err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.complaint(c, f)
	}
	return back(c, "/console/complaints/"+url.PathEscape(string(id)), "step")
}
