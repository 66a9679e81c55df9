package console

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"huisheng/app/outreach"
	"huisheng/models"
)

// words are the functions that turn values into Chinese. One place, so that a thing has the same name on every page.
func words() template.FuncMap {
	return template.FuncMap{
		"day":         func(t time.Time) string { return clock(t, "2006年1月2日") },
		"until":       func(t time.Time) string { return clock(lastDay(t), "2006年1月2日") }, // ends stand at 24:00, which is the next day
		"moment":      func(t time.Time) string { return clock(t, "2006-01-02 15:04") },
		"count":       count,
		"batchState":  batchState,
		"orgKind":     orgKind,
		"affiliation": affiliation,
		"caseState":   caseState,
		"outcome":     outcome,
		"importState": importState,
		"role":        roleName,
		"reach":       reach,
		"host":        host,
		"join":        strings.Join,
		"add":         func(a, b int) int { return a + b },
		"minus":       func(a, b int) int { return a - b },
		"outcomes": func() []models.ComplaintOutcome {
			return []models.ComplaintOutcome{models.OutcomeSubstantiated, models.OutcomePartly, models.OutcomeNotSubstantiated, models.OutcomeUnverifiable}
		},
		"ceiling": func(n int) int { return max(n, 1) },
	}
}

// lastDay is the last moment before an end, and so on the day that people call the last.
func lastDay(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return end.Add(-time.Second)
}

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

func batchState(s models.BatchState) string {
	switch s {
	case models.BatchExpanding:
		return "正在生成邀请"
	case models.BatchOpen:
		return "进行中"
	case models.BatchPaused:
		return "已暂停发送"
	case models.BatchClosed:
		return "已截止"
	}
	return string(s)
}

func orgKind(k models.OrgKind) string {
	switch k {
	case models.OrgEnterprise:
		return "企业"
	case models.OrgSchool:
		return "技工院校"
	case models.OrgSocial:
		return "社会培训评价组织"
	}
	return string(k)
}

func affiliation(a models.Affiliation) string {
	switch a {
	case models.AffiliationCity:
		return "市属"
	case models.AffiliationProvincial:
		return "省属"
	case models.AffiliationCentral:
		return "驻粤央企"
	}
	return string(a)
}

func caseState(s models.ComplaintState) string {
	name, ok := map[models.ComplaintState]string{
		models.ComplaintSubmitted: "待受理", models.ComplaintAccepted: "已受理", models.ComplaintRefused: "不予受理",
		models.ComplaintInvestigating: "调查中", models.ComplaintDecided: "已作出结论", models.ComplaintNotified: "已告知投诉人",
		models.ComplaintClosed: "已办结", models.ComplaintWithdrawn: "已撤回",
	}[s]
	if !ok {
		return string(s)
	}
	return name
}

func outcome(o models.ComplaintOutcome) string {
	switch o {
	case models.OutcomeSubstantiated:
		return "属实"
	case models.OutcomePartly:
		return "部分属实"
	case models.OutcomeNotSubstantiated:
		return "不属实"
	case models.OutcomeUnverifiable:
		return "无法查实"
	}
	return string(o)
}

func importState(s models.ImportState) string {
	switch s {
	case models.ImportRunning:
		return "正在处理"
	case models.ImportDone:
		return "已完成"
	case models.ImportFailed:
		return "没有成功"
	case models.ImportInterrupted:
		return "中途断开，请重新上传同一份文件"
	}
	return string(s)
}

func roleName(r models.Role) string {
	switch r {
	case models.RoleProvince:
		return "省级"
	case models.RoleCity:
		return "市级"
	case models.RoleAlliance:
		return "联盟"
	case models.RoleOperator:
		return "经办人"
	}
	return string(r)
}

func reach(r outreach.Reach) string {
	switch r {
	case outreach.ReachWaiting:
		return "还没发"
	case outreach.ReachSent:
		return "已发出"
	case outreach.ReachDelivered:
		return "已送达"
	case outreach.ReachFailed:
		return "没送到"
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

// periodWords says a period the way people do.
func periodWords(p models.Period) string {
	last := p.End.AddDate(0, 0, -1)
	switch p.Kind {
	case models.PeriodMonth:
		return p.Start.Format("2006年1月")
	case models.PeriodQuarter:
		return fmt.Sprintf("%d年第%s季度", p.Start.Year(), [4]string{"一", "二", "三", "四"}[(p.Start.Month()-1)/3])
	case models.PeriodYear:
		return fmt.Sprintf("%d年", p.Start.Year())
	case models.PeriodAcademic:
		return fmt.Sprintf("%d学年（%s至%s）", p.Start.Year(), p.Start.Format("2006年1月"), last.Format("2006年1月"))
	}
	return fmt.Sprintf("近12个月（%s至%s）", p.Start.Format("2006年1月"), last.Format("2006年1月"))
}
