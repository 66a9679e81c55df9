package console

import (
	"html/template"

	"huisheng/app/complaint"
	"huisheng/models"
)

// caseWords are the functions of the complaint desk's pages.
func (l lang) caseWords() template.FuncMap {
	return template.FuncMap{
		"caseAction": l.caseAction, "measure": l.caseMeasure, "refusal": l.refusal, "dueKind": l.dueKind, "left": l.left, "routeReason": l.routeReason,
		"lookReason": l.lookReason, "urgent": urgent, "noticeText": l.noticeText, "dayOf": l.dayOf, "satisfaction": l.satisfaction,
		"measures": models.CaseMeasures, "refusals": models.CaseRefusals, "lookReasons": models.LookReasons,
	}
}

func (l lang) caseAction(a models.ComplaintAction) string {
	w, ok := map[models.ComplaintAction][2]string{
		"": {"提交", "Filed"}, models.ActionTriage: {"分办", "Sorted"}, models.ActionTransfer: {"转办", "Passed on"}, models.ActionAccept: {"受理", "Accepted"},
		models.ActionRefuse: {"不予受理", "Not accepted"}, models.ActionInvestigate: {"开始调查", "Investigation began"},
		models.ActionAskOrg: {"请单位答复", "Organisation asked"}, models.ActionOrgReply: {"单位已答复", "Organisation replied"},
		models.ActionWait: {"等投诉人补充", "Waiting for the complainant"}, models.ActionResume: {"继续办理", "Went on"},
		models.ActionWaitOver: {"等待到期，继续办理", "The wait is over"}, models.ActionExtend: {"申请延期", "Extension asked for"},
		models.ActionApproveExtend: {"批准延期", "Extension approved"}, models.ActionDenyExtend: {"不批准延期", "Extension refused"},
		models.ActionMerge: {"并案", "Merged"}, models.ActionStepAside: {"回避", "Stepped aside"}, models.ActionDecide: {"作出结论", "Decided"},
		models.ActionNotify: {"告知投诉人", "Complainant told"}, models.ActionClose: {"办结", "Finished"}, models.ActionContinue: {"撤回后继续调查", "Goes on though withdrawn"},
		models.ActionSupplement: {"投诉人补充", "Complainant added"}, models.ActionWithdraw: {"投诉人撤回", "Withdrawn"},
		models.ActionReview: {"申请复查", "Review asked for"}, models.ActionEscalate: {"超过期限，报省级督办", "Overdue; the province was told"},
	}[a]
	if !ok {
		return string(a)
	}
	return l.say(w[0], w[1])
}

func (l lang) caseMeasure(m models.CaseMeasure) string {
	w := map[models.CaseMeasure][2]string{
		models.CaseMeasureRectify: {"责令整改", "Put right"}, models.CaseMeasureTalk: {"约谈", "Talk"}, models.CaseMeasureCirculate: {"通报", "Public criticism"},
		models.CaseMeasureRevokeCert: {"撤销证书", "Revoke certificates"}, models.CaseMeasureRecoverFund: {"追回补贴", "Recover subsidies"},
		models.CaseMeasureSuspend: {"暂停评价", "Suspend assessing"}, models.CaseMeasureExit: {"退出", "Exit"}, models.CaseMeasureHandOver: {"移送", "Hand over"},
	}[m]
	return l.say(w[0], w[1])
}

func (l lang) refusal(r models.CaseRefusal) string {
	w := map[models.CaseRefusal][2]string{
		models.CaseRefusalOutOfScope: {"不属本平台受理，可拨打12333", "Not for this platform; call 12333"},
		models.CaseRefusalLabour:     {"劳动争议，可找劳动监察或申请仲裁", "A labour dispute: labour inspection or arbitration"},
		models.CaseRefusalVague:      {"没有具体的单位或事实，补充后可再投诉", "No organisation or facts named; add them and file again"},
		models.CaseRefusalTooOld:     {"超过受理时效", "Too long ago"},
		models.CaseRefusalRepeated:   {"已经办结，没有新的事实", "Decided before, with no new facts"},
		models.CaseRefusalInCourt:    {"正在诉讼或仲裁，由法院或仲裁机构处理", "Before a court or in arbitration"},
	}[r]
	return l.say(w[0], w[1])
}

func (l lang) dueKind(k models.DueKind) string {
	w := map[models.DueKind][2]string{
		models.DueLook: {"首次查看", "First look"}, models.DueAccept: {"受理或不予受理", "Accept or refuse"}, models.DueResolve: {"作出结论", "Decide"},
		models.DueNotify: {"告知投诉人", "Tell the complainant"}, models.DueWaiting: {"等投诉人补充", "Waiting for the complainant"}, models.DueReply: {"单位答复", "Organisation's reply"},
	}[k]
	return l.say(w[0], w[1])
}

// left says how many working days are left.
func (l lang) left(n int) string {
	switch {
	case n < 0:
		return l.say("已超期%d个工作日", "overdue by %d working days", -n)
	case n == 0:
		return l.say("今天到期", "due today")
	}
	return l.say("还剩%d个工作日", "%d working days left", n)
}

// urgent is the class of a deadline's words. The words say it too: colour is never all.
func urgent(level int) string {
	switch level {
	case 100:
		return "chip bad"
	case 90:
		return "chip strong"
	case 60:
		return "chip on"
	}
	return "chip"
}

func (l lang) routeReason(r models.RouteReason) string {
	w := map[models.RouteReason][2]string{
		models.RouteRegulator: {"反映的是主管部门，由省级办理", "About the regulator: the province"}, models.RouteRetaliation: {"打击报复，由省级办理", "Retaliation: the province"},
		models.RouteDelegated: {"省级委托该市监管", "Delegated to the city"}, models.RouteRegistered: {"机构所在市", "Where the organisation is"},
		models.RouteExamSite: {"考点所在市", "Where the exam was"}, models.RouteProvincial: {"省级监管的机构", "An organisation of the province"},
		models.RouteUnknownOrg: {"按这一批反馈的监管地区", "By the round's region"}, models.RouteTransfer: {"转办", "Passed on"},
		models.RouteAssigned: {"省级指定", "Assigned by the province"}, models.RouteReview: {"复查由上一级办理", "A review goes to the upper level"},
	}[r]
	return l.say(w[0], w[1])
}

func (l lang) lookReason(r models.LookReason) string {
	w := map[models.LookReason][2]string{
		models.LookContact: {"联系投诉人核实", "To ask the complainant"}, models.LookVerify: {"核对身份", "To check who it is"},
		models.LookInform: {"当面或电话告知结果", "To tell the result"}, models.LookTransfer: {"依法移送", "To hand the case over by law"},
	}[r]
	return l.say(w[0], w[1])
}

func (l lang) satisfaction(s models.Satisfaction) string {
	w := map[models.Satisfaction][2]string{
		models.VerySatisfied: {"非常满意", "Very satisfied"}, models.Satisfied: {"满意", "Satisfied"}, models.Acceptable: {"基本满意", "Fairly satisfied"},
		models.Dissatisfied: {"不满意", "Dissatisfied"}, models.VeryDissatisfied: {"非常不满意", "Very dissatisfied"},
	}[s]
	return l.say(w[0], w[1])
}

func (l lang) noticeText(n models.DeskNotice) string {
	switch n.Kind {
	case models.NoticeSevere:
		return l.say("严重投诉，抄送省级", "A severe complaint: a copy for the province")
	case models.NoticeCopy:
		return l.say("抄送：考点在本市，由省级办理", "A copy: the exam was in your city, the province handles it")
	case models.NoticeDue:
		return l.say("“%s”的期限已用去%d%%", "“%s”: %d%% of the time has run", l.dueKind(n.DueKind), n.Level)
	case models.NoticeBreach:
		return l.say("“%s”已超过期限", "“%s” is overdue", l.dueKind(n.DueKind))
	case models.NoticeReplied:
		return l.say("单位已答复", "The organisation has replied")
	case models.NoticeReplyLate:
		return l.say("单位逾期没有答复", "The organisation has not replied in time")
	case models.NoticeAsked:
		return l.say("监管部门请你们说明情况", "The regulator asks you for an explanation")
	case models.NoticeReplyDue:
		return l.say("答复期限快到了", "The time to reply is running out")
	case models.NoticeExtension:
		return l.say("有人申请延期，等待批准", "An extension waits for approval")
	case models.NoticeReview:
		return l.say("投诉人申请复查", "The complainant asks for a review")
	case models.NoticeAdded:
		return l.say("投诉人补充了情况", "The complainant added something")
	case models.NoticeMoved:
		return l.say("从别的地区转来", "Came from another region")
	}
	return string(n.Kind)
}

// dayOf writes a date as people do.
func (l lang) dayOf(d models.Date) string { return l.day(d.Start()) }

// stepForm is one step that is offered, with what its form asks for.
type stepForm struct {
	Action models.ComplaintAction
	Button string
	Hint   string // what the complainant will read, by example
	Sure   string // what cannot be undone; the official ticks it
	Main   bool   // the usual next step: its form is open
}

// stepForms are the steps offered, the usual one first.
func (l lang) stepForms(d complaint.Detail) []stepForm {
	all := l.allSteps()
	may := map[models.ComplaintAction]bool{}
	for _, a := range d.Actions {
		may[a] = true
	}
	var list []stepForm
	for _, s := range all {
		if !may[s.Action] || s.Action == models.ActionApproveExtend && d.Extension != nil && d.Extension.Own || s.Action == models.ActionDenyExtend && d.Extension != nil && d.Extension.Own {
			continue
		}
		s.Main = len(list) == 0
		list = append(list, s)
	}
	return list
}

// allSteps are in the order in which they are offered.
func (l lang) allSteps() []stepForm {
	return []stepForm{
		{Action: models.ActionApproveExtend, Button: l.say("批准延期", "Approve the extension"), Hint: l.say("例如：需要鉴定，同意延长，投诉人会收到通知。", "For example: an expert is needed. The complainant is told.")},
		{Action: models.ActionDenyExtend, Button: l.say("不批准延期", "Refuse the extension"), Hint: l.say("只有工作人员看得到。", "Only officials see this.")},
		{Action: models.ActionAccept, Button: l.say("受理", "Accept"), Hint: l.say("例如：已收到，我们会派人核查。", "For example: received, we will look into it.")},
		{Action: models.ActionNotify, Button: l.say("告知投诉人", "Tell the complainant"), Hint: l.say("写明结论、处理结果，以及30个工作日内可以申请复查。", "Say what was decided and done, and that a review can be asked for within 30 working days.")},
		{Action: models.ActionTriage, Button: l.say("分办", "Sort"), Hint: l.say("例如：已看过，由技能评价科核查。", "For example: read; the assessment section looks into it.")},
		{Action: models.ActionDecide, Button: l.say("作出结论", "Decide"), Hint: l.say("写明查到了什么，准备怎么处理。", "Say what was found and what will be done."), Sure: l.say("已核对证据，结论作出后不能更改", "The evidence is checked; a decision cannot be changed")},
		{Action: models.ActionAskOrg, Button: l.say("请单位答复", "Ask the organisation"), Hint: l.say("投诉人看到的话，例如：已请单位说明情况。", "What the complainant reads: the organisation has been asked.")},
		{Action: models.ActionInvestigate, Button: l.say("开始调查", "Start investigating"), Hint: l.say("例如：已调取评价记录。", "For example: we have asked for the records.")},
		{Action: models.ActionResume, Button: l.say("继续办理", "Go on"), Hint: l.say("例如：情况已经清楚，不用再补充。", "For example: nothing more is needed.")},
		{Action: models.ActionWait, Button: l.say("请投诉人补充", "Ask the complainant"), Hint: l.say("写明要补充什么。等待时期限暂停，加起来最多10个工作日。", "Say what is needed. The clock stops meanwhile, 10 working days at most in all.")},
		{Action: models.ActionRefuse, Button: l.say("不予受理", "Do not accept"), Hint: l.say("写明为什么不归本平台管，以及可以找谁。", "Say why it does not belong here, and who can help."), Sure: l.say("已核对，不予受理后由投诉人申请复查才能重开", "Checked; only a review asked for by the complainant reopens it")},
		{Action: models.ActionTransfer, Button: l.say("转办", "Pass on"), Hint: l.say("例如：考试在深圳，由深圳市办理。", "For example: the exam was in Shenzhen, which handles it.")},
		{Action: models.ActionExtend, Button: l.say("申请延期", "Ask for an extension"), Hint: l.say("写明为什么要延长，由另一位工作人员批准。", "Say why; another official must approve.")},
		{Action: models.ActionMerge, Button: l.say("并案", "Merge"), Hint: l.say("例如：与另一件是同一件事，一起办理。", "For example: the same matter as another case."), Sure: l.say("已核对是同一件事，并案后不能分开", "Checked: the same matter; it cannot be undone")},
		{Action: models.ActionClose, Button: l.say("办结", "Finish"), Hint: l.say("例如：已告知，投诉人没有异议。", "For example: told, and no objection."), Sure: l.say("已告知投诉人，可以办结", "The complainant was told")},
		{Action: models.ActionContinue, Button: l.say("继续调查", "Go on investigating"), Hint: l.say("例如：涉及公共利益，继续调查。", "For example: it is of public interest.")},
		{Action: models.ActionStepAside, Button: l.say("回避", "Step aside"), Hint: l.say("写明与谁有什么关系，只有工作人员看得到。", "Say who is concerned and how; only officials see this."), Sure: l.say("回避后，这个账号看不到这件投诉", "The account will no longer see this case")},
	}
}
