package console

import (
	"html/template"

	"huisheng/models"
)

// superviseWords are the functions of pages that name what supervision knows.
func (l lang) superviseWords() template.FuncMap {
	return template.FuncMap{
		"standing": l.standing, "measure": l.measure, "measureState": l.measureState, "measureStep": l.measureStep, "handover": l.handover,
		"periodKind": l.periodKind, "comparison": l.comparison, "policyState": l.policyState, "directoryState": l.directoryState,
		"directoryStep": l.directoryStep, "webhookType": l.webhookType, "webhookState": l.webhookState, "auditAction": l.auditAction,
	}
}

func named[K comparable](l lang, words map[K]models.LocalText, k K, otherwise string) string {
	if w, ok := words[k]; ok {
		return l.text(w)
	}
	return otherwise
}

func (l lang) standing(s models.Standing) string {
	return named(l, map[models.Standing]models.LocalText{
		models.StandingNormal: {Zh: "正常", En: "normal"}, models.StandingWatch: {Zh: "关注", En: "watched"},
		models.StandingRectify: {Zh: "限期整改", En: "rectifying"}, models.StandingSuspended: {Zh: "暂停评价", En: "suspended"},
		models.StandingExited: {Zh: "已退出", En: "has left"}, models.StandingReinstated: {Zh: "已恢复", En: "reinstated"},
	}, s, string(s))
}

func (l lang) measure(k models.MeasureKind) string {
	return named(l, map[models.MeasureKind]models.LocalText{
		models.MeasureWatch: {Zh: "列入关注", En: "Watch"}, models.MeasureRectify: {Zh: "限期整改", En: "Rectify"},
		models.MeasureSuspend: {Zh: "暂停评价", En: "Suspend"}, models.MeasureExit: {Zh: "退出（取消备案）", En: "Exit (filing cancelled)"},
		models.MeasureLeave: {Zh: "自愿退出", En: "Voluntary exit"}, models.MeasureLift: {Zh: "解除措施", En: "Lift"},
		models.MeasureReinstate: {Zh: "恢复备案", En: "Reinstate"},
	}, k, string(k))
}

func (l lang) measureState(s models.MeasureState) string {
	return named(l, map[models.MeasureState]models.LocalText{
		models.MeasureProposed: {Zh: "待处理", En: "proposed"}, models.MeasureHearing: {Zh: "陈述申辩中", En: "being heard"},
		models.MeasureHeard: {Zh: "已陈述，待决定", En: "heard, to be decided"}, models.MeasureDecided: {Zh: "已决定", En: "decided"},
		models.MeasureDismissed: {Zh: "不予采取", En: "dismissed"}, models.MeasureDropped: {Zh: "不再继续", En: "dropped"},
	}, s, string(s))
}

func (l lang) measureStep(a models.MeasureAction) string {
	return named(l, map[models.MeasureAction]models.LocalText{
		"propose": {Zh: "提出", En: "Proposed"}, models.ActionNotice: {Zh: "告知机构", En: "Serve the notice"},
		models.ActionInterim: {Zh: "先行暂停", En: "Suspend at once"}, models.ActionStatement: {Zh: "陈述申辩", En: "Make a statement"},
		models.ActionImpose: {Zh: "作出决定", En: "Decide"}, models.ActionDismiss: {Zh: "不予采取", En: "Dismiss"},
		models.ActionDrop: {Zh: "不再继续", En: "Drop"}, models.ActionRecuse: {Zh: "回避", En: "Step back"},
		models.ActionRectified: {Zh: "报告整改情况", En: "Report on rectifying"}, models.ActionPublish: {Zh: "公开", En: "Publish"},
		models.ActionUnpublish: {Zh: "撤下公开", En: "Take off the public list"}, models.ActionHandover: {Zh: "交接办完", En: "Handed over"},
	}, a, string(a))
}

func (l lang) handover(item string) string {
	return named(l, map[string]models.LocalText{
		"open_rounds": {Zh: "仍在收集的反馈批次", En: "Rounds still open"}, "unsent_invitations": {Zh: "还没发出的邀请", En: "Invitations not sent yet"},
		"open_complaints": {Zh: "没有办结的投诉", En: "Complaints not closed"}, "candidates": {Zh: "已考未发证的人员", En: "People examined and not certified"},
		"records": {Zh: "评价档案", En: "Assessment files"},
	}, item, item)
}

func (l lang) periodKind(k models.PeriodKind) string {
	return named(l, map[models.PeriodKind]models.LocalText{
		models.PeriodMonth: {Zh: "月", En: "month"}, models.PeriodQuarter: {Zh: "季度", En: "quarter"}, models.PeriodYear: {Zh: "年", En: "year"},
		models.PeriodAcademic: {Zh: "学年", En: "academic year"}, models.PeriodRolling: {Zh: "滚动12个月", En: "rolling 12 months"},
	}, k, string(k))
}

func (l lang) comparison(c models.Comparison) string {
	return named(l, map[models.Comparison]models.LocalText{
		models.Below: {Zh: "低于", En: "below"}, models.AtMost: {Zh: "不高于", En: "at most"}, models.Above: {Zh: "高于", En: "above"},
		models.AtLeast: {Zh: "不低于", En: "at least"},
	}, c, string(c))
}

func (l lang) policyState(s models.PolicyState) string {
	return named(l, map[models.PolicyState]models.LocalText{
		models.PolicyDraft: {Zh: "草稿", En: "draft"}, models.PolicyPublished: {Zh: "已发布", En: "published"}, models.PolicyRetired: {Zh: "已停用", En: "retired"},
	}, s, string(s))
}

func (l lang) directoryState(s models.DirectoryState) string {
	return named(l, map[models.DirectoryState]models.LocalText{
		models.DirectoryProposed: {Zh: "待审核", En: "proposed"}, models.DirectoryListed: {Zh: "已列入", En: "listed"},
		models.DirectoryRejected: {Zh: "不列入", En: "not listed"}, models.DirectoryWithdrawn: {Zh: "已撤回同意", En: "consent withdrawn"},
	}, s, string(s))
}

func (l lang) directoryStep(a models.DirectoryAction) string {
	return named(l, map[models.DirectoryAction]models.LocalText{
		models.DirectoryList: {Zh: "列入目录", En: "List"}, models.DirectoryReject: {Zh: "不列入", En: "Do not list"},
		models.DirectoryConfirm: {Zh: "企业再次确认", En: "Confirmed again"}, models.DirectoryWithdraw: {Zh: "企业撤回同意", En: "Consent withdrawn"},
		models.DirectoryRenew: {Zh: "企业重新同意", En: "Consents again"},
	}, a, string(a))
}

func (l lang) webhookType(k models.WebhookType) string {
	return named(l, map[models.WebhookType]models.LocalText{
		models.WebhookClaimExpanded: {Zh: "申领名单已全部邀请", En: "claim expanded"}, models.WebhookResponseReceived: {Zh: "又收到五份反馈", En: "five more receipts"},
		models.WebhookBatchClosed: {Zh: "批次已截止", En: "batch closed"}, models.WebhookMeasureDecided: {Zh: "监管措施已决定", En: "measure decided"},
		models.WebhookTest: {Zh: "测试消息", En: "test message"},
	}, k, string(k))
}

func (l lang) webhookState(s models.WebhookState) string {
	return named(l, map[models.WebhookState]models.LocalText{
		models.WebhookDue: {Zh: "待推送", En: "due"}, models.WebhookDelivered: {Zh: "已送达", En: "delivered"}, models.WebhookDead: {Zh: "已放弃", En: "given up"},
		models.WebhookHeld: {Zh: "暂存（地址已停用）", En: "held (endpoint off)"},
	}, s, string(s))
}

func (l lang) auditAction(a models.AuditAction) string {
	return named(l, map[models.AuditAction]models.LocalText{
		models.AuditLogin: {Zh: "登录", En: "login"}, models.AuditLoginFailed: {Zh: "登录失败", En: "failed login"}, models.AuditAccountLocked: {Zh: "账号锁定", En: "account locked"},
		models.AuditLogout: {Zh: "退出登录", En: "logout"}, models.AuditTokenReused: {Zh: "旧令牌被重复使用", En: "old token used again"},
		models.AuditPasswordChanged: {Zh: "修改密码", En: "password changed"}, models.AuditAccountCreated: {Zh: "新建账号", En: "account made"},
		models.AuditAccountChanged: {Zh: "修改账号", En: "account changed"}, models.AuditOrgCreated: {Zh: "登记机构", En: "organisation registered"},
		models.AuditOrgChanged: {Zh: "修改机构", En: "organisation changed"}, models.AuditImport: {Zh: "导入名册", En: "roster imported"},
		models.AuditRecordChanged: {Zh: "修改记录", En: "record changed"}, models.AuditClaim: {Zh: "申领", En: "claim"}, models.AuditBatchChanged: {Zh: "批次操作", En: "batch steered"},
		models.AuditExport: {Zh: "导出", En: "export"}, models.AuditIdentityRead: {Zh: "查看身份", En: "identity read"}, models.AuditDecision: {Zh: "决定", En: "decision"},
		models.AuditPhotoRead: {Zh: "查看投诉照片", En: "photo read"}, models.AuditPolicy: {Zh: "监管政策", En: "policy"}, models.AuditMeasure: {Zh: "监管措施", En: "measure"},
		models.AuditDirectory: {Zh: "认可企业目录", En: "directory"}, models.AuditWebhook: {Zh: "推送地址", En: "webhook"},
		models.AuditOTPChanged: {Zh: "两步验证", En: "second factor"}, models.AuditSessionEnded: {Zh: "结束登录", En: "session ended"}, models.AuditClientChanged: {Zh: "系统对接", En: "machine client"},
		models.AuditRetention: {Zh: "到期清理", En: "retention"}, models.AuditErasure: {Zh: "本人要求删除", En: "erased on request"}, models.AuditContact: {Zh: "企业联系人", En: "company's contact"},
		models.AuditAlert: {Zh: "处理提醒", En: "alert acknowledged"}, models.AuditFigures: {Zh: "申报数据", En: "figures declared"}, models.AuditReport: {Zh: "报告", En: "report"},
		models.AuditCalendar: {Zh: "工作日历", En: "calendar"}, models.AuditKeysChanged: {Zh: "密钥", En: "keys"}, models.AuditQuestionnaire: {Zh: "发布问卷", En: "questionnaire published"},
		models.AuditUnknown: {Zh: "结果不明（进程中断）", En: "outcome unknown (broken off)"},
	}, a, string(a))
}
