package console

import (
	"html/template"

	"huisheng/app/complaint"
	"huisheng/models"
)

// caseWords are the functions of the complaint desk's pages.
func (l lang) caseWords() template.FuncMap {
	return template.FuncMap{
		"caseAction": l.caseAction, "caseMeasure": l.caseMeasure, "refusal": l.refusal, "dueKind": l.dueKind, "left": l.left, "routeReason": l.routeReason,
		"lookReason": l.lookReason, "urgent": urgent, "noticeText": l.noticeText, "dayOf": l.dayOf, "satisfaction": l.satisfaction,
		"caseMeasures": models.CaseMeasures, "refusals": models.CaseRefusals, "lookReasons": models.LookReasons,
	}
}

func (l lang) caseAction(a models.ComplaintAction) string {
	w, ok := map[models.ComplaintAction]models.LocalText{
		"": {Zh: "提交", En: "Filed"}, models.ActionTriage: {Zh: "分办", En: "Sorted"}, models.ActionTransfer: {Zh: "转办", En: "Passed on"}, models.ActionAccept: {Zh: "受理", En: "Accepted"},
		models.ActionRefuse: {Zh: "不予受理", En: "Not accepted"}, models.ActionInvestigate: {Zh: "开始调查", En: "Investigation began"},
		models.ActionAskOrg: {Zh: "请单位答复", En: "Organisation asked"}, models.ActionOrgReply: {Zh: "单位已答复", En: "Organisation replied"},
		models.ActionWait: {Zh: "等投诉人补充", En: "Waiting for the complainant"}, models.ActionResume: {Zh: "继续办理", En: "Went on"},
		models.ActionWaitOver: {Zh: "等待到期，继续办理", En: "The wait is over"}, models.ActionExtend: {Zh: "申请延期", En: "Extension asked for"},
		models.ActionApproveExtend: {Zh: "批准延期", En: "Extension approved"}, models.ActionDenyExtend: {Zh: "不批准延期", En: "Extension refused"},
		models.ActionMerge: {Zh: "并案", En: "Merged"}, models.ActionStepAside: {Zh: "回避", En: "Stepped aside"}, models.ActionDecide: {Zh: "作出结论", En: "Decided"},
		models.ActionNotify: {Zh: "告知投诉人", En: "Complainant told"}, models.ActionClose: {Zh: "办结", En: "Finished"}, models.ActionContinue: {Zh: "撤回后继续调查", En: "Goes on though withdrawn"},
		models.ActionSupplement: {Zh: "投诉人补充", En: "Complainant added"}, models.ActionWithdraw: {Zh: "投诉人撤回", En: "Withdrawn"},
		models.ActionReview: {Zh: "申请复查", En: "Review asked for"}, models.ActionEscalate: {Zh: "超过期限，报省级督办", En: "Overdue; the province was told"},
	}[a]
	if !ok {
		return string(a)
	}
	return l.text(w)
}

func (l lang) caseMeasure(m models.CaseMeasure) string {
	w := map[models.CaseMeasure]models.LocalText{
		models.CaseMeasureRectify: {Zh: "责令整改", En: "Put right"}, models.CaseMeasureTalk: {Zh: "约谈", En: "Talk"}, models.CaseMeasureCirculate: {Zh: "通报", En: "Public criticism"},
		models.CaseMeasureRevokeCert: {Zh: "撤销证书", En: "Revoke certificates"}, models.CaseMeasureRecoverFund: {Zh: "追回补贴", En: "Recover subsidies"},
		models.CaseMeasureSuspend: {Zh: "暂停评价", En: "Suspend assessing"}, models.CaseMeasureExit: {Zh: "退出", En: "Exit"}, models.CaseMeasureHandOver: {Zh: "移送", En: "Hand over"},
	}[m]
	return l.text(w)
}

func (l lang) refusal(r models.CaseRefusal) string {
	w := map[models.CaseRefusal]models.LocalText{
		models.CaseRefusalOutOfScope: {Zh: "不属本平台受理，可拨打12333", En: "Not for this platform; call 12333"},
		models.CaseRefusalLabour:     {Zh: "劳动争议，可找劳动监察或申请仲裁", En: "A labour dispute: labour inspection or arbitration"},
		models.CaseRefusalVague:      {Zh: "没有具体的单位或事实，补充后可再投诉", En: "No organisation or facts named; add them and file again"},
		models.CaseRefusalTooOld:     {Zh: "超过受理时效", En: "Too long ago"},
		models.CaseRefusalRepeated:   {Zh: "已经办结，没有新的事实", En: "Decided before, with no new facts"},
		models.CaseRefusalInCourt:    {Zh: "正在诉讼或仲裁，由法院或仲裁机构处理", En: "Before a court or in arbitration"},
	}[r]
	return l.text(w)
}

func (l lang) dueKind(k models.DueKind) string {
	w := map[models.DueKind]models.LocalText{
		models.DueLook: {Zh: "首次查看", En: "First look"}, models.DueAccept: {Zh: "受理或不予受理", En: "Accept or refuse"}, models.DueResolve: {Zh: "作出结论", En: "Decide"},
		models.DueNotify: {Zh: "告知投诉人", En: "Tell the complainant"}, models.DueWaiting: {Zh: "等投诉人补充", En: "Waiting for the complainant"}, models.DueReply: {Zh: "单位答复", En: "Organisation's reply"},
	}[k]
	return l.text(w)
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
	w := map[models.RouteReason]models.LocalText{
		models.RouteRegulator: {Zh: "反映的是主管部门，由省级办理", En: "About the regulator: the province"}, models.RouteRetaliation: {Zh: "打击报复，由省级办理", En: "Retaliation: the province"},
		models.RouteDelegated: {Zh: "省级委托该市监管", En: "Delegated to the city"}, models.RouteRegistered: {Zh: "机构所在市", En: "Where the organisation is"},
		models.RouteExamSite: {Zh: "考点所在市", En: "Where the exam was"}, models.RouteProvincial: {Zh: "省级监管的机构", En: "An organisation of the province"},
		models.RouteUnknownOrg: {Zh: "按这一批反馈的监管地区", En: "By the round's region"}, models.RouteTransfer: {Zh: "转办", En: "Passed on"},
		models.RouteAssigned: {Zh: "省级指定", En: "Assigned by the province"}, models.RouteReview: {Zh: "复查由上一级办理", En: "A review goes to the upper level"},
	}[r]
	return l.text(w)
}

func (l lang) lookReason(r models.LookReason) string {
	w := map[models.LookReason]models.LocalText{
		models.LookContact: {Zh: "联系投诉人核实", En: "To ask the complainant"}, models.LookVerify: {Zh: "核对身份", En: "To check who it is"},
		models.LookInform: {Zh: "当面或电话告知结果", En: "To tell the result"}, models.LookTransfer: {Zh: "依法移送", En: "To hand the case over by law"},
	}[r]
	return l.text(w)
}

func (l lang) satisfaction(s models.Satisfaction) string {
	w := map[models.Satisfaction]models.LocalText{
		models.VerySatisfied: {Zh: "非常满意", En: "Very satisfied"}, models.Satisfied: {Zh: "满意", En: "Satisfied"}, models.Acceptable: {Zh: "基本满意", En: "Fairly satisfied"},
		models.Dissatisfied: {Zh: "不满意", En: "Dissatisfied"}, models.VeryDissatisfied: {Zh: "非常不满意", En: "Very dissatisfied"},
	}[s]
	return l.text(w)
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
