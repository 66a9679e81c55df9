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

func (h *Console) caseRow(l lang, s complaint.Summary) caseRow {
	row := caseRow{Summary: s, About: s.Category}
	if cat, ok := h.app.Catalog.Category(s.Category); ok {
		row.About = l.text(cat.Text)
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

func (h *Console) caseRows(l lang, list []complaint.Summary) []caseRow {
	rows := make([]caseRow, len(list))
	for i, s := range list {
		rows[i] = h.caseRow(l, s)
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
	return h.render(c, "complaints", page{Title: say(c, "投诉处理", "Complaints"), Data: map[string]any{
		"Rows": h.caseRows(langOf(c), list), "First": first, "Next": newer(c, next), "State": f.State, "States": caseStates(),
	}})
}

// caseStep is one thing an official may do now.
type caseStep struct {
	Action models.ComplaintAction
	Text   string // on the button
	Hint   string // what the complainant will learn
}

// caseSteps are the steps offered in a state. The use case judges them again.
func caseSteps(l lang, s models.ComplaintState) []caseStep {
	accept := caseStep{models.ActionAccept, l.say("受理", "Accept"), l.say("例如：已收到，我们会派人核查。", "For example: received, we will look into it.")}
	refuse := caseStep{models.ActionRefuse, l.say("不予受理", "Do not accept"), l.say("写明为什么不归本平台管，以及可以找谁。", "Say why it does not belong here, and who can help.")}
	investigate := caseStep{models.ActionInvestigate, l.say("开始调查", "Start investigating"), l.say("例如：已联系机构调取评价记录。", "For example: we have asked for the assessment records.")}
	decide := caseStep{models.ActionDecide, l.say("作出结论", "Decide"), l.say("写明查到了什么，准备怎么处理。", "Say what was found and what will be done.")}
	notify := caseStep{models.ActionNotify, l.say("告知投诉人", "Tell the complainant"), l.say("写明结论和处理结果，投诉人会看到。", "Say what was decided and done; the complainant will read it.")}
	end := caseStep{models.ActionClose, l.say("办结", "Finish"), l.say("例如：已告知，投诉人没有异议。", "For example: told, and no objection.")}
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
	data := caseData{caseRow: h.caseRow(langOf(c), d.Summary), Text: d.Text, Steps: caseSteps(langOf(c), d.State)}
	return h.render(c, "complaint", page{Title: say(c, "投诉 ", "Complaint ") + d.CaseNo, Form: f, Data: data})
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
