package console

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// need is one thing that waits for the reader, on the start page.
type need struct {
	Text   string // what is the matter, with its number
	Button string // what to do about it
	URL    string
	Late   bool // over its deadline: shown first, in red and in words
}

// needers ask each area what waits for somebody. An area adds its own function here; it gives nothing to roles that it does not concern.
func (h *Console) needers() []func(context.Context, lang, models.Principal) ([]need, error) {
	return []func(context.Context, lang, models.Principal) ([]need, error){
		h.casesNeed, h.phonesNeed, h.pausedNeed, h.figuresNeed, h.alertsNeed,
	}
}

// needs is the list of the start page, what is late first.
func (h *Console) needs(c *fiber.Ctx) ([]need, error) {
	var late, list []need
	for _, ask := range h.needers() {
		found, err := ask(c.UserContext(), langOf(c), web.Principal(c))
		if err != nil {
			return nil, err
		}
		for _, n := range found {
			if n.Late {
				late = append(late, n)
			} else {
				list = append(list, n)
			}
		}
	}
	return append(late, list...), nil
}

// fewBatches is how many running batches the start page looks through for what waits.
const fewBatches = 50

// phonesNeed: people whose message did not arrive, batch by batch.
func (h *Console) phonesNeed(ctx context.Context, l lang, who models.Principal) (list []need, err error) {
	if who.Role != models.RoleOperator {
		return nil, nil
	}
	open, err := h.app.Outreach.Batches(ctx, who, store.BatchFilter{Org: who.Org, State: models.BatchOpen}, models.Page{Limit: fewBatches})
	if err != nil {
		return nil, err
	}
	for _, b := range open.Items {
		if b.Counts.Failed > 0 && len(list) < onHome {
			list = append(list, need{
				Text:   l.say("批次 %s：%d 人的短信没有送到，请更正手机号码。", "Batch %s: the message did not reach %d people; correct their numbers.", l.roundName(b), b.Counts.Failed),
				Button: l.say("更正号码", "Correct numbers"), URL: batchURL(b.ID) + "/people?failed=1",
			})
		}
	}
	return list, nil
}

// pausedNeed: batches that send nothing.
func (h *Console) pausedNeed(ctx context.Context, l lang, who models.Principal) (list []need, err error) {
	if !official(who) {
		return nil, nil
	}
	paused, err := h.app.Outreach.Batches(ctx, who, store.BatchFilter{State: models.BatchPaused}, models.Page{Limit: onHome})
	if err != nil {
		return nil, err
	}
	for _, b := range paused.Items {
		list = append(list, need{
			Text:   l.say("%s 的批次 %s 暂停了发送。", "Sending of %s, batch %s, is paused.", b.OrgName, l.roundName(b)),
			Button: l.say("去看看", "Look"), URL: batchURL(b.ID),
		})
	}
	return list, nil
}

// figuresNeed: the last quarter's figures, once the organisation has people at all.
func (h *Console) figuresNeed(ctx context.Context, l lang, who models.Principal) ([]need, error) {
	if who.Role != models.RoleOperator || who.Org == "" {
		return nil, nil
	}
	month := h.app.Clock().In(models.Shanghai())
	last := models.QuarterOf(time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, month.Location()).AddDate(0, -3, 0))
	any, err := h.app.Outreach.Batches(ctx, who, store.BatchFilter{Org: who.Org}, models.Page{Limit: 1})
	if err != nil || len(any.Items) == 0 {
		return nil, err
	}
	f, err := h.app.Indicators.Declared(ctx, who, who.Org, last)
	if err != nil || f.Current.N > 0 {
		return nil, err
	}
	p, err := models.ParsePeriod(last)
	if err != nil {
		return nil, err
	}
	return []need{{
		Text:   l.say("%s的申报数据还没有填，有的指标因此算不出来。", "The figures of %s are not declared; some indicators need them.", l.period(p)),
		Button: l.say("填写", "Declare"), URL: "/console/figures?period=" + last,
	}}, nil
}

// casesNeed: complaints that nobody has accepted or refused.
func (h *Console) casesNeed(ctx context.Context, l lang, who models.Principal) (list []need, err error) {
	if who.Role == models.RoleOperator {
		return h.asksNeed(ctx, l, who)
	}
	if !official(who) {
		return nil, nil
	}
	late, more, err := h.app.Complaints.List(ctx, who, store.ComplaintFilter{DueBefore: h.app.Clock()}, "", onHome)
	if err != nil {
		return nil, err
	}
	if len(late) > 0 {
		list = append(list, need{
			Text: l.say("%s 件投诉。", "complaints: %s.", some(len(late), more)), Button: l.say("去处理", "Deal with them"), Late: true, URL: "/console/complaints?show=late",
		})
	}
	waiting, more, err := h.app.Complaints.List(ctx, who, store.ComplaintFilter{State: models.ComplaintSubmitted}, "", onHome)
	if err == nil && len(waiting) > 0 {
		list = append(list, need{
			Text: l.say("%s 件投诉等待受理。", "Complaints waiting to be accepted: %s.", some(len(waiting), more)), Button: l.say("去处理", "Deal with them"),
			URL: "/console/complaints?state=" + string(models.ComplaintSubmitted),
		})
	}
	return list, err
}

// some is a number that may be more.
func some(n int, more string) string {
	if more != "" {
		return count(n) + "+"
	}
	return count(n)
}

// asksNeed: questions of officials about complaints.
func (h *Console) asksNeed(ctx context.Context, l lang, who models.Principal) (list []need, err error) {
	asked, err := h.app.Complaints.Asked(ctx, who)
	for _, a := range asked {
		if a.Open && len(list) < onHome {
			list = append(list, need{
				Text:   l.say("监管部门请本单位说明情况：%s，%s前答复。", "The regulator asks for an explanation: %s; reply by %s.", h.about(l, a.Category), l.dayOf(a.ReplyBy)),
				Button: l.say("去答复", "Reply"), URL: "/console/asks/" + string(a.ID), Late: a.Level == 100,
			})
		}
	}
	return list, err
}
