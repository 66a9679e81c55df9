package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/questionnaire"
	"huisheng/handlers/web"
	"huisheng/models"
)

// Preview shows a questionnaire as a phone does; self is the address that shows it again.
type Preview func(c *fiber.Ctx, q *models.Questionnaire, self string) error

// ListQuestionnaires lists every version.
func (h *Console) ListQuestionnaires(c *fiber.Ctx) error {
	list := h.app.Questionnaires.List()
	slices.Reverse(list) // the newest version of each first
	for i := range list {
		local := list[i].Localized(string(langOf(c)))
		list[i].Questionnaire = &local
	}
	return h.render(c, "questionnaires", page{Title: say(c, "问卷", "Questionnaires"), Data: map[string]any{"Rows": list}})
}

func (h *Console) mayPublish(c *fiber.Ctx) bool { return web.Principal(c).Role == models.RoleProvince }

// questionnaireData is the page of one version, and of the draft of the next.
type questionnaireData struct {
	questionnaire.Edition
	Words    models.Wording
	May      bool
	Newest   bool
	Changes  []change // what a draft says differently
	Preview  string   // address of the phone's page
	Edit     string
	Drafting bool
}

// change is one text before and after.
type change struct{ Where, Lang, Before, After string }

// ShowQuestionnaire shows a version beside a phone.
func (h *Console) ShowQuestionnaire(c *fiber.Ctx) error {
	v, err := h.app.Questionnaires.Find(c.Params("code"), c.Params("version"))
	if err != nil {
		return err
	}
	newest, err := h.app.Questionnaires.Find(v.Code, "latest")
	if err != nil {
		return err
	}
	at := "/console/questionnaires/" + v.Code + "/"
	d := questionnaireData{Edition: v, Words: v.Wording(), May: h.mayPublish(c), Newest: newest.Ref() == v.Ref(), Preview: at + v.Version + "/phone", Edit: at + "draft"}
	return h.render(c, "questionnaire", page{Title: langOf(c).text(d.Words.Title), Data: d})
}

// PreviewQuestionnaire is a version as a phone shows it.
func (h *Console) PreviewQuestionnaire(c *fiber.Ctx) error {
	v, err := h.app.Questionnaires.Find(c.Params("code"), c.Params("version"))
	if err != nil {
		return err
	}
	return h.preview(c, v.Questionnaire, c.Path())
}

// ShowDraft is where the words of a new version are written, beginning with those of the newest.
func (h *Console) ShowDraft(c *fiber.Ctx) error {
	v, err := h.app.Questionnaires.Find(c.Params("code"), "latest")
	if err != nil {
		return err
	}
	return h.draft(c, form{}, questionnaireData{Edition: v, Words: v.Wording()})
}

func (h *Console) draft(c *fiber.Ctx, f form, d questionnaireData) error {
	d.Drafting, d.May, d.Edit = true, true, c.Path()
	d.Preview = "/console/questionnaires/" + d.Code + "/" + d.Version + "/phone"
	return h.render(c, "questionnaire-draft", page{Title: say(c, "修改问卷文字", "Change a questionnaire's words"), Form: f, Data: d})
}

// PostDraft shows the words on a phone, shows what they change, or publishes them.
func (h *Console) PostDraft(c *fiber.Ctx) error {
	v, err := h.app.Questionnaires.Find(c.Params("code"), "latest")
	if err != nil {
		return err
	}
	f, words, base := typed(c, "step", "base"), typedWording(c, v.Questionnaire), c.FormValue("base")
	q, err := h.app.Questionnaires.Draft(v.Code, base, words)
	if err == nil && f.Value("step") == "phone" {
		return h.preview(c, q, c.Path())
	}
	d := questionnaireData{Edition: v, Words: words}
	if err == nil && f.Value("step") == "publish" {
		_, err = h.app.Questionnaires.Publish(c.UserContext(), web.Principal(c), v.Code, base, words)
		if err == nil {
			return back(c, "/console/questionnaires", "questionnaire")
		}
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.draft(c, f, d)
	}
	d.Changes = changes(langOf(c), v.Wording(), q.Wording())
	return h.draft(c, f, d)
}

// typedWording reads the words of the form. What is not in it keeps its words.
func typedWording(c *fiber.Ctx, q *models.Questionnaire) models.Wording {
	w := q.Wording()
	take := func(name string, t *models.LocalText) {
		args := c.Context().PostArgs()
		if args.Has(name + ".zh") {
			t.Zh = strings.TrimSpace(c.FormValue(name + ".zh"))
		}
		if args.Has(name + ".en") {
			t.En = strings.TrimSpace(c.FormValue(name + ".en"))
		}
	}
	take("title", &w.Title)
	take("notice", &w.Notice)
	w.Notice.Zh, w.Notice.En = strings.ReplaceAll(w.Notice.Zh, "\r\n", "\n"), strings.ReplaceAll(w.Notice.En, "\r\n", "\n")
	for i := range w.Questions {
		x := &w.Questions[i]
		take("questions."+x.ID+".text", &x.Text)
		take("questions."+x.ID+".hint", &x.Hint)
		for j := range x.Options {
			take("questions."+x.ID+".options."+x.Options[j].Value, &x.Options[j].Text)
		}
	}
	return w
}

// changes lists every text that differs.
func changes(l lang, before, after models.Wording) (list []change) {
	add := func(where string, a, b models.LocalText) {
		if a.Zh != b.Zh {
			list = append(list, change{where, l.say("中文", "Chinese"), a.Zh, b.Zh})
		}
		if a.En != b.En {
			list = append(list, change{where, l.say("英文", "English"), a.En, b.En})
		}
	}
	add(l.say("标题", "Title"), before.Title, after.Title)
	add(l.say("告知内容", "Notice"), before.Notice, after.Notice)
	for i, q := range after.Questions {
		old := before.Questions[i]
		name := l.say("第%d题", "Question %d", i+1)
		add(name, old.Text, q.Text)
		add(name+l.say("的提示", ", hint"), old.Hint, q.Hint)
		for j, o := range q.Options {
			add(name+l.say("的选项", ", answer")+" "+o.Value, old.Options[j].Text, o.Text)
		}
	}
	return list
}
