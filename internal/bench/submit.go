package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/valyala/fasthttp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"huisheng/app/account"
	"huisheng/app/audit"
	"huisheng/app/respond"
	"huisheng/internal/access"
	"huisheng/internal/demo"
	"huisheng/models"
)

// prepare puts one open batch into the server's database.
func (e *env) prepare(ctx context.Context) error {
	q, ok := e.cat.Latest("ENT_PARTICIPANT")
	if !ok {
		return fmt.Errorf("no questionnaire ENT_PARTICIPANT")
	}
	now := time.Now()
	b := models.Batch{
		ID: e.batch(), Org: "bench", OrgName: "合成企业", Kind: models.OrgEnterprise, Region: "440100", Questionnaire: q.Ref(),
		State: models.BatchOpen, OpensAt: now, ClosesAt: now.Add(24 * time.Hour), CreatedAt: now,
	}
	if _, err := e.real("batches").InsertOne(ctx, b); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return e.officials(ctx)
}

// officials makes the province's account.
func (e *env) officials(ctx context.Context) error {
	a := account.New(account.Deps{Store: e.store, Box: e.box, Catalog: e.cat, Audit: audit.New(e.store, e.box, time.Now, slog.Default()), Now: time.Now})
	_, err := a.Ensure(ctx, models.Account{Login: "province", Name: "量测", Role: models.RoleProvince, Region: models.Province}, benchPassword)
	return err
}

func (e *env) batch() models.BatchID { return e.ids.ClaimBatch("bench") }

// real is a collection of the server's own database, through the bare driver.
func (e *env) real(name string) *mongo.Collection {
	return e.db.Client().Database(e.cfg.Database).Collection(name)
}

// twin makes an empty collection with the same indexes as the server's, for the ceiling to write into.
func (e *env) twin(ctx context.Context, of, name string) (*mongo.Collection, error) {
	specs, err := e.real(of).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, fmt.Errorf("indexes of %s: %w", of, err)
	}
	col := e.db.Collection(name)
	for _, s := range specs {
		if s.Name == "_id_" {
			continue
		}
		index := bson.D{{Key: "key", Value: s.KeysDocument}, {Key: "name", Value: s.Name}}
		if s.Unique != nil && *s.Unique {
			index = append(index, bson.E{Key: "unique", Value: true})
		}
		cmd := bson.D{{Key: "createIndexes", Value: name}, {Key: "indexes", Value: bson.A{index}}}
		if err := e.db.RunCommand(ctx, cmd).Err(); err != nil {
			return nil, fmt.Errorf("twin of %s: %w", of, err)
		}
	}
	return col, nil
}

// sample is the document that a submission becomes, for the bare driver to insert.
func (e *env) sample(id string) models.Response {
	q, _ := e.cat.Latest("ENT_PARTICIPANT")
	now := time.Now()
	return models.Response{
		ID: models.ResponseID(id), Batch: e.batch(), Org: "bench", Region: "440100", Questionnaire: q.Ref(), Anchor: now, Channel: models.ChannelDirect,
		Answers: demo.Happy(q), Consents: models.Consents{Notice: q.Notice.Version, NoticeHash: q.Notice.Hash(), Wage: true}, Seconds: 100,
		Digest: e.ids.Digest("x"), SubmittedAt: now, ChangedAt: now,
	}
}

// submit measures POST /api/v1/respond/feedback with 1 and with 64 clients.
func submit(ctx context.Context, e *env) ([]Row, error) {
	twin, err := e.twin(ctx, "responses", "responses")
	if err != nil {
		return nil, err
	}
	round := 0
	var rows []Row
	for _, clients := range []int{1, 64} {
		ceiling := func() (load, error) {
			round++
			prefix := fmt.Sprintf("c%d-", round)
			return timed(clients, e.opt.For, func(_ int, n int64) error {
				_, err := twin.InsertOne(ctx, e.sample(fmt.Sprintf("%s%016d", prefix, n)))
				return err
			})
		}
		ours := func() (load, error) {
			round++
			return e.submitLoad(clients, fmt.Sprintf("s%d-", round))
		}
		c, o, err := alternate(e.opt.Rounds, ceiling, ours)
		if err != nil {
			return nil, err
		}
		row := Row{
			Name: fmt.Sprintf("submit feedback, %d client(s)", clients), Ceiling: c.String() + " (InsertOne)", Ours: o.String(),
			Ratio: o.perSecond / c.perSecond, Target: "≥ 0.75 ×",
		}
		row.Met = row.Ratio >= 0.75
		if clients > 1 {
			row.Target = "≥ 2.0 ×, p99 ≤ ½"
			row.Met = row.Ratio >= 2 && o.p99 <= c.p99/2
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// submitLoad posts distinct submissions. Tokens are signed beforehand: the measured time is the submission's.
func (e *env) submitLoad(clients int, prefix string) (load, error) {
	submit, err := e.submitter(clients, 40_000*int(e.opt.For/time.Second+1)/4, prefix)
	if err != nil {
		return load{}, err
	}
	return timed(clients, e.opt.For, func(_ int, n int64) error { return submit(n) })
}

// submitter gives what posts the n-th of so many distinct submissions over so many connections.
func (e *env) submitter(clients, most int, prefix string) (func(n int64) error, error) {
	q, _ := e.cat.Latest("ENT_PARTICIPANT")
	body, err := json.Marshal(map[string]any{
		"consents": map[string]any{"notice": q.Notice.Version, "wage": true}, "answers": demo.Happy(q), "started_at": time.Now().Format(time.RFC3339),
	})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	tokens, err := e.respondents(q.Ref(), most, prefix)
	if err != nil {
		return nil, err
	}
	client := &fasthttp.HostClient{Addr: e.srv.addr, MaxConns: clients}
	return func(n int64) error {
		if int(n) >= len(tokens) {
			return fmt.Errorf("more than %d submissions in one round", len(tokens))
		}
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(req)
		defer fasthttp.ReleaseResponse(res)
		req.SetRequestURI("http://" + e.srv.addr + "/api/v1/respond/feedback")
		req.Header.SetMethod("POST")
		req.Header.SetContentType("application/json")
		req.Header.Set("Authorization", "Bearer "+tokens[n])
		req.Header.Set("Idempotency-Key", tokens[n][len(tokens[n])-24:])
		req.SetBody(body)
		if err := client.Do(req, res); err != nil {
			return fmt.Errorf("post: %w", err)
		}
		if res.StatusCode() != fasthttp.StatusCreated {
			return fmt.Errorf("submit: %d %s", res.StatusCode(), res.Body())
		}
		return nil
	}, nil
}

// respondents signs the tokens of so many people who have proved who they are.
func (e *env) respondents(form models.QuestionnaireRef, most int, prefix string) ([]string, error) {
	signer := access.New(e.box.Key("jwt/respondent"), "respondent", time.Now)
	var err error
	tokens := make([]string, most)
	for i := range tokens {
		tokens[i], err = access.Sign(signer, respond.Claims{
			Response: models.ResponseID(fmt.Sprintf("%s%016d", prefix, i)), Batch: e.batch(), Org: "bench", Region: "440100", Form: form,
			Anchor: time.Now().Unix(), Closes: time.Now().Add(time.Hour).Unix(), Channel: models.ChannelDirect,
		}, time.Hour)
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
	}
	return tokens, nil
}
