package handlers_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// lowFigures stores finished figures of last quarter, as the figures' job would, that a rule can be held against.
func (s *server) lowFigures(org models.OrgID, period string, satisfied float64) {
	s.t.Helper()
	n, response := int64(60), 65.0
	value := func(id string, v float64, n int64) models.IndicatorValue {
		return models.IndicatorValue{ID: id, Value: &v, N: &n, Unit: "percent", Source: "COMPUTED", Version: "1", Flags: []string{}}
	}
	values := []models.IndicatorValue{value("E1b", satisfied, n), value("E1c", response, 92)}
	o, err := s.store.FindOrg(context.Background(), models.SystemScope(), org)
	require.NoError(s.t, err)
	was, err := s.store.FindRollup(context.Background(), models.SystemScope(), org, period)
	if err != nil {
		require.ErrorIs(s.t, err, models.ErrNotFound)
	}
	require.NoError(s.t, s.store.PutRollup(context.Background(), models.Rollup{
		ID: models.RollupID(org, period), Org: org, Region: o.Region, Kind: o.Kind, Period: period, Live: values, Released: values, Version: was.Version + 1,
		Catalog: s.app.Catalog.Hash(), ComputedAt: s.clock.Now(),
	}))
}

// rule is one that lowFigures crosses.
func rule(measure string) object {
	return object{
		"id": "r1", "kind": "enterprise", "indicator": "E1b", "period_kind": "QUARTER", "comparison": "lt", "threshold": 60, "min_n": 30,
		"min_response_rate": 20, "measure": measure,
	}
}

// supervision writes a policy, lets it propose, hears the organisation, decides, and looks at what everybody may see.
func (v *visitor) supervision(tokens map[string]string, org string) {
	p, c, o := tokens["p"], tokens["c"], tokens["o"]
	draft := object{
		"code": "quality", "name": "质量监管", "basis": "粤人社函〔2026〕1号", "effective_from": "2026-09-01", "wait_days": 0, "rules": []any{rule("WATCH")},
		"weights": []any{object{"kind": "enterprise", "indicator": "E1b", "weight": 60, "inverted": false}},
	}
	v.ok(201, "POST", "/api/v1/policies", p, draft)
	v.ok(204, "DELETE", "/api/v1/policies/quality@1", p, nil)
	id := v.ok(201, "POST", "/api/v1/policies", p, draft).object(201)["id"].(string)
	at := "/api/v1/policies/" + id
	edited := object{"code": "quality", "name": "质量监管办法", "basis": "粤人社函〔2026〕1号", "effective_from": "2026-09-01", "wait_days": 0, "rules": draft["rules"], "weights": draft["weights"], "revision": 1}
	v.ok(200, "PUT", at, p, edited)
	v.ok(200, "POST", at+"/transitions", p, object{"action": "publish"})
	v.lowFigures(models.OrgID(org), "2026Q3", 41.5)
	v.ok(200, "GET", "/api/v1/policies", o, nil)
	v.ok(200, "GET", at, c, nil)
	v.ok(200, "GET", at+"/preview?period=2026Q3", c, nil)
	made, err := v.app.Supervise.Evaluate(context.Background())
	require.NoError(v.t, err)
	require.Equal(v.t, 1, made)

	list := v.ok(200, "GET", "/api/v1/measures?open=true", c, nil).object(200)["items"].([]any)
	require.Len(v.t, list, 1)
	m := "/api/v1/measures/" + list[0].(object)["id"].(string)
	v.ok(200, "GET", m, c, nil)
	v.ok(200, "POST", m+"/transitions", c, object{"action": "notice", "reason": "满意率低于标准，请在期限内陈述申辩。"})
	v.ok(200, "GET", m, o, nil)
	v.ok(200, "POST", m+"/transitions", o, object{"action": "statement", "reason": "已更换考评员。"})
	body, kind := replyBody(v.t, "已更换考评员，附会议纪要。", "%PDF-1.4 x")
	v.ok(200, "POST", m+"/papers", o, body, "Content-Type", kind)
	v.ok(200, "GET", m+"/papers/statement/1", c, nil)
	v.ok(200, "POST", m+"/transitions", c, object{"action": "decide", "reason": "列入关注。", "public": true, "version": 4})
	v.ok(200, "GET", m, o, nil)
	v.ok(200, "GET", "/api/v1/measures", o, nil)
	leave := v.ok(201, "POST", "/api/v1/measures", o, object{"org": org, "measure": "VOLUNTARY_EXIT", "reason": "业务调整，申请退出。"}).object(201)["id"].(string)
	m = "/api/v1/measures/" + leave
	v.ok(200, "POST", m+"/transitions", c, object{"action": "decide", "reason": "同意退出。", "decision_no": "穗人社函〔2026〕8号"})
	v.ok(200, "POST", m+"/transitions", c, object{"action": "handover", "reason": "已移交市鉴定中心。", "item": "records"})
	v.ok(200, "GET", "/api/v1/public/exits", "", nil)
	back := v.ok(201, "POST", "/api/v1/measures", c, object{"org": org, "measure": "REINSTATE", "reason": "已重新具备条件。", "period": "2026Q3", "documents": []any{"穗人社函〔2026〕9号"}}).object(201)["id"].(string)
	v.ok(200, "POST", "/api/v1/measures/"+back+"/transitions", c, object{"action": "decide", "reason": "恢复备案。", "decision_no": "穗人社函〔2026〕10号"})
	v.ok(200, "GET", "/api/v1/public/exits", "", nil)
	v.directory(tokens, org)
	v.webhooks(p)
	v.ok(200, "POST", at+"/transitions", p, object{"action": "retire"})
	second := v.ok(201, "POST", "/api/v1/policies", p, draft).object(201)["id"].(string) // stays a draft, for the spoilers
	v.ok(200, "PUT", "/api/v1/policies/"+second, p, edited)
	v.good["DELETE /api/v1/policies/{policy}"] = request{"DELETE", at, p, nil, nil, v.good["DELETE /api/v1/policies/{policy}"].operation, "/api/v1/policies/{policy}", map[string]string{"policy": id}}
}

// directory lists an enterprise that recognises the organisation.
func (v *visitor) directory(tokens map[string]string, org string) {
	c, o := tokens["c"], tokens["o"]
	e := v.ok(201, "POST", "/api/v1/directory", o, object{
		"org": org, "enterprise": "合成精密制造有限公司", "uscc": "", "occupations": []any{"电工"}, "evidence": "2026年录用12人，签有合作协议。", "consented": true,
	}).object(201)["id"].(string)
	at := "/api/v1/directory/" + e
	v.ok(200, "POST", at+"/transitions", c, object{"action": "list", "reason": "已核对同意书。"})
	v.ok(200, "POST", at+"/transitions", o, object{"action": "confirm", "reason": "企业再次确认。", "version": 2})
	v.ok(200, "GET", at, o, nil)
	v.ok(200, "GET", "/api/v1/directory?due=false", tokens["a"], nil)
	v.ok(200, "GET", "/api/v1/public/directory", "", nil)
}

// webhooks makes an endpoint that is never reached, because nothing delivers here.
func (v *visitor) webhooks(p string) {
	w := v.ok(201, "POST", "/api/v1/webhooks", p, object{"url": "https://btpt.example.gov.cn/hooks", "note": "补贴平台", "events": []any{"batch.closed"}, "enabled": true}).object(201)
	require.Regexp(v.t, "^whsec_", w["secret"])
	at := "/api/v1/webhooks/" + w["id"].(string)
	v.ok(200, "PATCH", at, p, object{"note": "补贴平台（新）", "enabled": true})
	fresh := v.ok(200, "POST", at+"/secret", p, nil).object(200)
	require.NotEqual(v.t, w["secret"], fresh["secret"])
	m := v.ok(202, "POST", at+"/test", p, nil).object(202)["id"].(string)
	list := v.ok(200, "GET", at+"/deliveries", p, nil)
	require.NotContains(v.t, string(list.body)+string(v.ok(200, "GET", "/api/v1/webhooks", p, nil).body), "whsec_")
	v.ok(202, "POST", at+"/deliveries/"+m+"/redeliver", p, nil)
	v.ok(200, "GET", at, p, nil)
	other := v.ok(201, "POST", "/api/v1/webhooks", p, object{"url": "https://other.example.gov.cn/hooks"}).object(201)["id"].(string)
	v.ok(204, "DELETE", "/api/v1/webhooks/"+other, p, nil)
}
