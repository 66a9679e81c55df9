package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/valyala/fasthttp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/token"
	"huisheng/models"
)

// people is how many have a link to open.
const people = 20_000

// invite stores invitations and gives their ids and links.
func (e *env) invite(ctx context.Context) ([]models.InvitationID, []string, error) {
	q, _ := e.cat.Latest("ENT_PARTICIPANT")
	ids := make([]models.InvitationID, people)
	links := make([]string, people)
	docs := make([]any, 0, 1000)
	for i := range ids {
		ids[i] = e.ids.Invitation(e.batch(), models.PersonID(fmt.Sprint("bench", i)))
		links[i] = "http://" + e.srv.addr + "/i/" + e.ids.Tokens.Make(token.Direct, string(ids[i]))
		docs = append(docs, models.Invitation{
			ID: ids[i], Batch: e.batch(), Org: "bench", Region: "440100", Record: models.RecordID(fmt.Sprint("bench", i)), Questionnaire: q.Ref(),
			About:   models.About{OrgName: "合成企业", Occupation: "电工", Level: "4", AssessedOn: "2026-09-01"},
			CodeMAC: e.ids.CodeMAC(fmt.Sprint("bench", i)), TailMAC: e.ids.Digest("t"), PosterMAC: e.ids.Digest("p"), PhoneMAC: e.ids.Digest("ph"),
			ClosesAt: time.Now().Add(24 * time.Hour), CreatedAt: time.Now(),
		})
		if len(docs) == cap(docs) {
			if _, err := e.real("invitations").InsertMany(ctx, docs); err != nil {
				return nil, nil, fmt.Errorf("prepare invitations: %w", err)
			}
			docs = docs[:0]
		}
	}
	return ids, links, nil
}

// openLink measures GET /i/{token} with 64 clients against a bare FindOne by _id over the same invitations.
func openLink(ctx context.Context, e *env) ([]Row, error) {
	ids, links, err := e.invite(ctx)
	if err != nil {
		return nil, err
	}
	ceiling := func() (load, error) {
		return timed(64, e.opt.For, func(_ int, _ int64) error {
			var inv models.Invitation
			return e.real("invitations").FindOne(ctx, bson.D{{Key: "_id", Value: ids[rand.IntN(people)]}}).Decode(&inv) //nolint:gosec // chooses whom to load, guards nothing
		})
	}
	read := e.reader(64, links)
	ours := func() (load, error) {
		return timed(64, e.opt.For, func(_ int, _ int64) error { return read() })
	}
	c, o, err := alternate(e.opt.Rounds, ceiling, ours)
	if err != nil {
		return nil, err
	}
	row := Row{
		Name: "open a personal link, 64 clients", Ceiling: c.String() + " (FindOne)", Ours: o.String(),
		Ratio: o.perSecond / c.perSecond, Target: "≥ 0.7 ×",
	}
	row.Met = row.Ratio >= 0.7
	return []Row{row}, nil
}

// reader gives what opens one of the links at random, as a phone does.
func (e *env) reader(clients int, links []string) func() error {
	client := &fasthttp.HostClient{Addr: e.srv.addr, MaxConns: clients}
	return func() error {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(req)
		defer fasthttp.ReleaseResponse(res)
		req.SetRequestURI(links[rand.IntN(len(links))]) //nolint:gosec // chooses whom to load, guards nothing
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Accept-Encoding", "gzip, deflate, br")
		if err := client.Do(req, res); err != nil {
			return fmt.Errorf("get: %w", err)
		}
		if res.StatusCode() != fasthttp.StatusOK {
			return fmt.Errorf("open link: %d", res.StatusCode())
		}
		return nil
	}
}
