package console

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"huisheng/app/outreach"
	"huisheng/models"
)

// words are the functions of pages that turn values into words of the language. One place, so that a thing has the same name on every page.
func (l lang) words() template.FuncMap {
	return template.FuncMap{
		"t":           l.say,
		"text":        l.text,
		"wrong":       l.wrong,
		"day":         l.day,
		"weekday":     func(d models.Date) string { return l.say(d.Weekday(), d.Start().Weekday().String()) },
		"until":       func(t time.Time) string { return l.day(lastDay(t)) }, // ends stand at 24:00, which is the next day
		"moment":      func(t time.Time) string { return clock(t, "2006-01-02 15:04") },
		"count":       count,
		"batchState":  l.batchState,
		"orgKind":     l.orgKind,
		"affiliation": l.affiliation,
		"caseState":   l.caseState,
		"outcome":     l.outcome,
		"importState": l.importState,
		"role":        l.role,
		"reach":       l.reach,
		"host":        host,
		"join":        strings.Join,
		"roundName":   l.roundName,
		"deref":       func(f *float64) float64 { return *f },
		"add":         func(a, b int) int { return a + b },
		"minus":       func(a, b int) int { return a - b },
		"keyScope":    l.keyScope,
		"kinds": func() []models.OrgKind {
			return []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial}
		},
		"outcomes": func() []models.ComplaintOutcome {
			return []models.ComplaintOutcome{models.OutcomeSubstantiated, models.OutcomePartly, models.OutcomeNotSubstantiated, models.OutcomeUnverifiable}
		},
		"lines":   plot.names,
		"ceiling": func(n int) int { return max(n, 1) },
		"count1":  count1,
	}
}

// count1 counts from 1 to n.
func count1(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

// roundName is what a batch is called: a claim's by its number, a pooled one by what begins it and its month.
func (l lang) roundName(b models.Batch) string {
	month := clock(b.OpensAt, "2006-01")
	switch b.Cause() {
	case models.TriggerTraineeClaim:
		return l.say("本人申领 %s", "Own claims %s", month)
	case models.TriggerInternshipEnd:
		return l.say("实习结束 %s", "Internships ended %s", month)
	case models.TriggerGraduation:
		return l.say("毕业跟踪 %s", "Graduates %s", month)
	case models.TriggerEmployer:
		return l.say("用人单位 %s", "Employers %s", month)
	}
	if b.ClaimNo == "" {
		return l.say("（没有编号）", "(no number)")
	}
	return b.ClaimNo
}

// lastDay is the last moment before an end, and so on the day that people call the last.
func lastDay(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return end.Add(-time.Second)
}

func (l lang) day(t time.Time) string { return clock(t, l.say("2006年1月2日", "2 Jan 2006")) }

func clock(t time.Time, layout string) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(models.Shanghai()).Format(layout)
}

// count writes a number with a thin gap every three digits; nil is hidden.
func count(v any) string {
	switch n := v.(type) {
	case int:
		return grouped(strconv.Itoa(n))
	case int64:
		return grouped(strconv.FormatInt(n, 10))
	case *int:
		if n != nil {
			return grouped(strconv.Itoa(*n))
		}
	case *int64:
		if n != nil {
			return grouped(strconv.FormatInt(*n, 10))
		}
	case float64:
		return number(n)
	case *float64:
		if n != nil {
			return number(*n)
		}
	}
	return "—"
}

func number(f float64) string {
	whole, rest, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
	if rest == "" {
		return grouped(whole)
	}
	return grouped(whole) + "." + rest[:min(len(rest), 2)]
}

func grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, parts...), ",")
}

func (l lang) batchState(s models.BatchState) string {
	switch s {
	case models.BatchExpanding:
		return l.say("正在生成邀请", "Making invitations")
	case models.BatchOpen:
		return l.say("进行中", "Open")
	case models.BatchPaused:
		return l.say("已暂停发送", "Sending paused")
	case models.BatchClosed:
		return l.say("已截止", "Closed")
	}
	return string(s)
}

func (l lang) orgKind(k models.OrgKind) string {
	switch k {
	case models.OrgEnterprise:
		return l.say("企业", "Enterprise")
	case models.OrgSchool:
		return l.say("技工院校", "Technical school")
	case models.OrgSocial:
		return l.say("社会培训评价组织", "Social training organisation")
	}
	return string(k)
}

func (l lang) affiliation(a models.Affiliation) string {
	switch a {
	case models.AffiliationCity:
		return l.say("市属", "Under the city")
	case models.AffiliationProvincial:
		return l.say("省属", "Under the province")
	case models.AffiliationCentral:
		return l.say("驻粤央企", "Central enterprise in Guangdong")
	}
	return string(a)
}

func (l lang) caseState(s models.ComplaintState) string {
	switch s {
	case models.ComplaintSubmitted:
		return l.say("待受理", "Waiting")
	case models.ComplaintAccepted:
		return l.say("已受理", "Accepted")
	case models.ComplaintRefused:
		return l.say("不予受理", "Not accepted")
	case models.ComplaintInvestigating:
		return l.say("调查中", "Under investigation")
	case models.ComplaintDecided:
		return l.say("已作出结论", "Decided")
	case models.ComplaintNotified:
		return l.say("已告知投诉人", "Complainant told")
	case models.ComplaintClosed:
		return l.say("已办结", "Done")
	case models.ComplaintWithdrawn:
		return l.say("已撤回", "Withdrawn")
	case models.ComplaintTriaged:
		return l.say("已分办，待受理", "Sorted")
	case models.ComplaintTransferred:
		return l.say("已转办，待受理", "Passed on")
	case models.ComplaintOrgReply:
		return l.say("单位已答复", "Organisation replied")
	case models.ComplaintMerged:
		return l.say("已并案", "Merged")
	case models.ComplaintWaiting:
		return l.say("等投诉人补充", "Waiting for the complainant")
	case models.ComplaintReview:
		return l.say("复查中", "Under review")
	}
	return string(s)
}

func (l lang) outcome(o models.ComplaintOutcome) string {
	switch o {
	case models.OutcomeSubstantiated:
		return l.say("属实", "Substantiated")
	case models.OutcomePartly:
		return l.say("部分属实", "Partly substantiated")
	case models.OutcomeNotSubstantiated:
		return l.say("不属实", "Not substantiated")
	case models.OutcomeUnverifiable:
		return l.say("无法查实", "Could not be verified")
	case models.OutcomeWithdrawn:
		return l.say("撤回", "Withdrawn")
	case models.OutcomeRefused:
		return l.say("不予受理", "Not accepted")
	}
	return string(o)
}

func (l lang) importState(s models.ImportState) string {
	switch s {
	case models.ImportRunning:
		return l.say("正在处理", "Being read")
	case models.ImportDone:
		return l.say("已完成", "Done")
	case models.ImportFailed:
		return l.say("没有成功", "Failed")
	case models.ImportInterrupted:
		return l.say("中途断开，请重新上传同一份文件", "Broken off; please upload the same file again")
	}
	return string(s)
}

func (l lang) role(r models.Role) string {
	switch r {
	case models.RoleProvince:
		return l.say("省级", "Province")
	case models.RoleCity:
		return l.say("市级", "City")
	case models.RoleAlliance:
		return l.say("联盟", "Alliance")
	case models.RoleOperator:
		return l.say("经办人", "Operator")
	}
	return string(r)
}

func (l lang) reach(r outreach.Reach) string {
	switch r {
	case outreach.ReachWaiting:
		return l.say("还没发", "Not sent yet")
	case outreach.ReachSent:
		return l.say("已发出", "Sent")
	case outreach.ReachDelivered:
		return l.say("已送达", "Delivered")
	case outreach.ReachFailed:
		return l.say("没送到", "Not delivered")
	}
	return string(r)
}

// host is the beginning of an address, for people to compare with what their phone shows.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

var quarters = [4]models.LocalText{{Zh: "第一季度", En: "Q1"}, {Zh: "第二季度", En: "Q2"}, {Zh: "第三季度", En: "Q3"}, {Zh: "第四季度", En: "Q4"}}

// period says a period the way people do.
func (l lang) period(p models.Period) string {
	last := p.End.AddDate(0, 0, -1)
	month := func(t time.Time) string { return t.Format(l.say("2006年1月", "Jan 2006")) }
	switch p.Kind {
	case models.PeriodMonth:
		return month(p.Start)
	case models.PeriodQuarter:
		return l.say("%[1]d年%[2]s", "%[2]s %[1]d", p.Start.Year(), l.text(quarters[(p.Start.Month()-1)/3]))
	case models.PeriodYear:
		return l.say("%d年", "%d", p.Start.Year())
	case models.PeriodAcademic:
		return l.say("%d学年（%s至%s）", "Academic year %d (%s to %s)", p.Start.Year(), month(p.Start), month(last))
	}
	return l.say("近12个月（%s至%s）", "Last 12 months (%s to %s)", month(p.Start), month(last))
}

// keyScope says what a client's key may do.
func (l lang) keyScope(s models.KeyScope) string {
	switch s {
	case models.ScopeClaimsWrite:
		return l.say("提交补贴申领", "post claims")
	case models.ScopeBatchesRead:
		return l.say("查看反馈批次进度", "see how rounds go")
	case models.ScopeFiguresWrite:
		return l.say("申报和查看机构数据", "declare and read figures")
	case models.ScopeIndicatorsRead:
		return l.say("读取指标", "read indicators")
	case models.ScopeOrgsRead:
		return l.say("查找评价机构", "find organisations")
	}
	return string(s)
}
