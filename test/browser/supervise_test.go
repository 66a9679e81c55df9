package browser_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// poor stores finished figures of last quarter under which a rule proposes something.
func (s *site) poor(org models.OrgID) {
	s.t.Helper()
	ctx := context.Background()
	period, err := models.LastFinished(models.PeriodQuarter, time.Now())
	require.NoError(s.t, err)
	value := func(id string, v float64, n int64) models.IndicatorValue {
		return models.IndicatorValue{ID: id, Value: &v, N: &n, Unit: "percent", Source: "COMPUTED", Version: "1", Flags: []string{}}
	}
	values := []models.IndicatorValue{value("E1b", 41.5, 60), value("E1c", 65.22, 92)}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), org)
	require.NoError(s.t, err)
	was, err := s.store.FindRollup(ctx, models.SystemScope(), org, period.Name)
	if err != nil {
		require.ErrorIs(s.t, err, models.ErrNotFound)
	}
	require.NoError(s.t, s.store.PutRollup(ctx, models.Rollup{
		ID: models.RollupID(org, period.Name), Org: org, Region: o.Region, Kind: o.Kind, Period: period.Name, Live: values, Released: values,
		Version: was.Version + 1, Catalog: s.app.Catalog.Hash(), ComputedAt: time.Now(),
	}))
}

// takes chooses a step of a case, writes its words and, where it is asked about, says yes.
func (b *tab) takes(step, words, number string, asks bool) {
	b.t.Helper()
	b.tap(`input[name=action][value=` + step + `]`)
	b.typeIn("#f-reason", words)
	if number != "" {
		b.typeIn("#f-decision_no", number)
	}
	b.tapText("记录这一步")
	if asks {
		b.sees("确定吗？")
		b.tidy("supervise-confirm")
		b.tap("main button")
	}
	b.sees("这一步已记录")
}

// From the thresholds to the public list and back: the province writes a policy, a rule proposes, the organisation is heard, the city decides,
// everybody can read it, and the organisation is let in again.
func TestFromPolicyToExitAndBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enterprise("合成机电有限公司", "boss")
	s.account("prov", models.Account{Role: models.RoleProvince, Region: models.Province, Name: "省厅甲"})
	s.account("gz1", models.Account{Role: models.RoleCity, Region: "440100", Name: "市局甲"})
	s.account("gz2", models.Account{Role: models.RoleCity, Region: "440100", Name: "市局乙"})
	s.poor(org)

	p := s.desk("prov", deskPassword, deskScreen)
	p.open(s.url + "/console/policies")
	p.sees("还没有监管政策")
	p.tapText("起草政策")
	p.typeIn("#f-code", "quality")
	p.typeIn("#f-name", "质量监管办法")
	p.typeIn("#f-basis", "粤人社函〔2026〕1号")
	p.typeIn("#f-wait_days", "0")
	eval[bool](p, `(() => { document.querySelector('[name="rules[0].indicator"]').value = 'E1b'; document.querySelector('[name="rules[0].measure"]').value = 'SUSPEND'; return true })()`)
	p.tapText("存为草稿")
	p.sees("阈值应为不小于0的数")
	p.tidy("policy-form")
	p.typeIn(`[name="rules[0].threshold"]`, "60")
	p.tapText("存为草稿")
	p.sees("政策已保存")
	p.tapText("试算：今天会建议谁？")
	p.sees("合成机电有限公司")
	p.tidy("policy-try")
	eval[bool](p, `(() => { document.querySelector('#f-effective_from').value = '2026-01-01'; return true })()`)
	p.tap(`button[value=publish]`)
	p.sees("发布后不能修改")
	p.tap("main button")
	p.sees("生效中")
	made, err := s.app.Supervise.Evaluate(context.Background())
	require.NoError(t, err)
	require.LessOrEqual(t, made, 1, "a worker may have been faster")

	c := s.desk("gz1", deskPassword, deskScreen)
	c.open(s.url + "/console/measures")
	c.sees("质量监管办法")
	c.tidy("measures")
	c.tapText("暂停评价")
	c.sees("达到阈值")
	c.tidy("measure-proposed")
	at := eval[string](c, "location.pathname")
	c.takes("notice", "本季满意率低于标准，请陈述申辩。", "", false)

	o := s.desk("boss", deskPassword, deskScreen)
	o.open(s.url + at)
	o.sees("陈述申辩截止")
	require.NotContains(t, o.text(), "实时", "the organisation sees its own view of the figures")
	o.tidy("measure-statement")
	o.takes("statement", "本季换了考评员，已整改，请从轻。", "", false)

	c.open(s.url + at)
	c.sees("已整改，请从轻")
	c.takes("decide", "经查属实，暂停评价。", "穗人社函〔2026〕3号", true)
	c.sees("市局甲")
	c.tidy("measure-decided")

	// Exit is proposed by one official and decided by another.
	c.open(s.url + "/console/measures/new?org=" + string(org) + "&measure=EXIT")
	c.tidy("measure-new")
	c.typeIn("#f-reason", "暂停期间仍然发证。")
	c.tap("main form button:not([name])")
	c.sees("已提出")
	at = eval[string](c, "location.pathname")
	c.takes("notice", "拟取消备案，请陈述申辩。", "", false)
	o.open(s.url + at)
	o.takes("statement", "没有异议。", "", false)
	c.open(s.url + at)
	require.NotContains(t, c.text(), "作出决定 写明", "whoever proposed it does not decide")
	d := s.desk("gz2", deskPassword, deskScreen)
	d.open(s.url + at)
	d.takes("decide", "取消备案。", "穗人社函〔2026〕4号", true)

	everybody := openTab(t, phoneScreen)
	everybody.open(s.url + "/exits")
	everybody.sees("合成机电有限公司")
	everybody.sees("穗人社函〔2026〕4号")
	everybody.tidy("exits")
	everybody.open(s.url + "/exits?lang=en")
	everybody.sees("Left on")
	everybody.open(s.url + "/directory?lang=zh")
	everybody.tidy("directory-public")

	d.open(s.url + "/console/measures/new?org=" + string(org) + "&measure=REINSTATE")
	d.typeIn("#f-reason", "已重新具备条件。")
	d.tap("main form button:not([name])")
	d.sees("已提出")
	d.takes("decide", "恢复备案。", "穗人社函〔2026〕9号", true)
	everybody.open(s.url + "/exits")
	everybody.sees("恢复备案")
}

// The pages beside the journey: the directory, webhooks, the channel, the audit log.
func TestSupervisionsOtherPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.enterprise("合成机电有限公司", "boss2")
	s.account("prov2", models.Account{Role: models.RoleProvince, Region: models.Province, Name: "省厅甲"})
	o := s.desk("boss2", deskPassword, deskScreen)
	o.open(s.url + "/console/directory")
	o.typeIn("#f-enterprise", "合成精密制造有限公司")
	o.typeIn("#f-evidence", "签有合作协议。")
	o.tap("main .narrow button")
	o.sees("须有企业联系人的书面同意")
	o.tap("[name=consented]")
	o.tap("main .narrow button")
	o.sees("目录已更新")
	o.tidy("directory")

	p := s.desk("prov2", deskPassword, deskScreen)
	p.open(s.url + "/console/directory")
	p.tap(`button[value=list]`)
	p.sees("已列入")
	p.tidy("directory-desk")
	p.open(s.url + "/console/webhooks")
	p.typeIn("#f-url", "https://10.0.0.8/hooks")
	p.tapText("添加")
	p.sees("不能推送到内网")
	p.typeIn("#f-url", "https://btpt.example.gov.cn/hooks")
	p.tap("main .narrow button")
	p.sees("whsec_")
	p.tidy("webhooks")
	p.tapText("https://btpt.example.gov.cn/hooks")
	p.sees("还没有推送过")
	p.tapText("发测试消息")
	p.sees("重新推送")
	p.tidy("webhook")
	p.open(s.url + "/console/audit?action=webhook")
	p.sees("step = test")
	p.tidy("audit")
	p.open(s.url + "/console/sending")
	p.tidy("sending")
}
