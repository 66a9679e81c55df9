// Package browser_test opens the pages in a real browser, against the real program on a real port with real stores.
package browser_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"huisheng/app"
	"huisheng/app/outreach"
	"huisheng/app/registry"
	"huisheng/app/roster"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/handlers"
	"huisheng/handlers/web"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/limit"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/internal/token"
	"huisheng/jobs"
	"huisheng/jobs/channel"
	"huisheng/models"
	"huisheng/models/store"
)

// site is the whole program: server, background work, a fresh database. Messages go to the developer's outbox.
type site struct {
	t     *testing.T
	url   string
	app   *app.App
	store *store.Store
	probe testkit.Probe
	box   *seal.Box
	ids   *ident.Idents
	door  *door
}

func newSite(t *testing.T) *site {
	t.Helper()
	cfg, err := config.Load()
	require.NoError(t, err)
	ln, err := web.Listen("127.0.0.1:0")
	require.NoError(t, err)
	stored, probe := testkit.Probed(t)
	s := &site{t: t, store: stored, probe: probe, box: testkit.Box(t), url: "http://" + ln.Addr().String(), door: &door{Listener: ln, open: map[net.Conn]bool{}}}
	s.ids = ident.New(s.box)
	cfg.BaseURL, cfg.SMS.Site, cfg.SMS.Channel, cfg.SMS.QuietHours, cfg.JobInterval = s.url, ln.Addr().String(), "console", "none", 200*time.Millisecond
	cfg.SMS.DailyCap, cfg.SMS.MonthlyCap = 5, 20
	cat, err := catalog.Load()
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	sender, err := channel.New(channel.Options{Channel: channel.Console, Signature: cfg.SMS.Signature, Outbox: s.store.Outbox(), Log: log})
	require.NoError(t, err)
	queue := jobs.NewQueue(nil, log)
	s.app = app.New(app.Deps{
		Config: cfg, Store: s.store, Catalog: cat, Box: s.box, Queue: queue, Limiter: limit.New(nil, s.box.Key("limit"), time.Now), Sender: sender,
		Clock: time.Now, Log: log,
	})
	s.serve(cfg, queue, log)
	return s
}

// serve starts server and background work, and stops them when the test ends.
func (s *site) serve(cfg config.Config, queue *jobs.Queue, log *slog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	http := handlers.New(handlers.Deps{
		Config: cfg, App: s.app, Box: s.box, Log: log, Metrics: prometheus.NewRegistry(), Context: ctx, PingStore: s.store.Ping,
		PingRedis: func(context.Context) error { return nil },
	})
	served, worked := make(chan error, 1), make(chan error, 1)
	go func() { served <- http.Listener(s.door) }()
	go func() {
		worked <- jobs.New(jobs.Deps{Outreach: s.app.Outreach, Indicators: s.app.Indicators, Queue: queue, Config: cfg, Log: log}).Run(ctx)
	}()
	s.t.Cleanup(func() { s.stop(http, stop, served, worked) })
}

func (s *site) stop(http *fiber.App, stop func(), served, worked chan error) {
	stop()
	s.door.shut()
	if err := http.ShutdownWithTimeout(10 * time.Second); err != nil {
		s.t.Logf("shut down: %v", err)
	}
	_ = s.door.Close() // it is closed already, unless the test was over before it was served
	require.NoError(s.t, <-worked)
	require.NoError(s.t, <-served)
}

// door is the way to the server. A test may shut it for a while, as if the server were away.
type door struct {
	net.Listener
	mu   sync.Mutex // protects the two below
	away bool
	open map[net.Conn]bool
}

// Accept implements net.Listener; while the door is shut, whoever comes is turned away.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		d.mu.Lock()
		away := d.away
		if !away {
			d.open[c] = true
		}
		d.mu.Unlock()
		if !away {
			return c, nil
		}
		_ = c.Close() // the client is to see a broken connection
	}
}

func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = true
	for c := range d.open {
		_ = c.Close() // whatever was under way breaks off
	}
	d.open = map[net.Conn]bool{}
}

func (d *door) unlock() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = false
}

// round is one batch of an organisation with its people.
type round struct {
	s      *site
	org    models.OrgID
	batch  models.BatchID
	people []demo.Person
	ids    []models.InvitationID // of people, in their order
}

// invite makes an organisation of a kind, puts people on its roster, claims for all of them and waits until they are invited.
func (s *site) invite(kind models.OrgKind, n int) *round {
	s.t.Helper()
	return s.inviteIn("440100", kind, n)
}

// inviteIn is invite in a city of one's choice.
func (s *site) inviteIn(city string, kind models.OrgKind, n int) *round {
	s.t.Helper()
	ctx := context.Background()
	uscc := map[models.OrgKind]string{models.OrgEnterprise: "91440101MA5TE5T07H", models.OrgSchool: "12440000MB2TE5T3XR", models.OrgSocial: "52440000MJ8TE5T21H"}[kind]
	if city != "440100" {
		i, _ := strconv.Atoi(city)
		uscc = demo.USCC(i)
	}
	made, err := s.app.Registry.Create(ctx, models.Principal{Account: "test", Role: models.RoleProvince}, registry.NewOrg{
		Kind: kind, Name: "示例机电有限公司", USCC: uscc, Division: city, Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(s.t, err)
	r := &round{s: s, org: made.Org.ID, people: demo.People(7, n)}
	var file bytes.Buffer
	require.NoError(s.t, demo.RosterXLSX(&file, kind, r.people))
	operator := models.Principal{Account: "test", Role: models.RoleOperator, Org: r.org}
	done, err := s.app.Roster.Import(ctx, operator, r.org, roster.File{Content: bytes.NewReader(file.Bytes()), Size: int64(file.Len()), Name: "名册.xlsx"}, false, nil)
	require.NoError(s.t, err)
	require.Zero(s.t, done.Rejected, "%v", done.Errors)
	in := outreach.ClaimInput{No: "T-1", Org: r.org, SubsidyType: "SKILL_ASSESSMENT", ClaimedAt: time.Now().Format(time.DateOnly)}
	for _, p := range r.people {
		if kind == models.OrgSocial {
			p.Certificate = "S" + p.Certificate[1:] // as on the roster of a social organisation
		}
		in.Certificates = append(in.Certificates, p.Certificate)
	}
	claim, err := s.app.Outreach.Claim(ctx, operator, in)
	require.NoError(s.t, err)
	require.Empty(s.t, claim.Rejected)
	r.batch = claim.Batch
	require.Eventually(s.t, func() bool { // the background work expands it
		b, err := s.store.FindBatch(ctx, models.SystemScope(), r.batch)
		return err == nil && b.State == models.BatchOpen
	}, waitLong, 20*time.Millisecond, "the batch did not open")
	r.match()
	return r
}

// match finds out whose invitation is whose.
func (r *round) match() {
	r.s.t.Helper()
	ctx := context.Background()
	list, err := r.s.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: r.batch}, models.Page{Limit: 200})
	require.NoError(r.s.t, err)
	by := map[string]models.InvitationID{}
	for _, inv := range list.Items {
		record, err := r.s.store.FindRecord(ctx, models.SystemScope(), inv.Record)
		require.NoError(r.s.t, err)
		var who models.Identity
		require.NoError(r.s.t, r.s.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who))
		by[who.Document] = inv.ID
	}
	for _, p := range r.people {
		require.NotEmpty(r.s.t, by[p.Document])
		r.ids = append(r.ids, by[p.Document])
	}
}

// link is the address in the i-th person's message; printed the one on their printed QR.
func (r *round) link(i int) string {
	return r.s.url + "/i/" + r.s.ids.Tokens.Make(token.Direct, string(r.ids[i]))
}

func (r *round) printed(i int) string {
	return r.s.url + "/i/" + r.s.ids.Tokens.Make(token.Printed, string(r.ids[i]))
}

func (r *round) poster(kind token.Kind) string {
	return r.s.url + "/p/" + r.s.ids.Tokens.Make(kind, string(r.batch))
}

// tail is the end of the i-th person's document.
func (r *round) tail(i, n int) string {
	d := r.people[i].Document
	return d[len(d)-n:]
}

// response reads what is stored as the i-th person's answer.
func (r *round) response(i int) (models.Response, error) {
	return r.s.store.FindResponse(context.Background(), r.s.ids.Response(r.ids[i]))
}

// oneTime waits for the one-time code that goes to a phone (11 digits).
func (s *site) oneTime(phone string) string {
	s.t.Helper()
	var code string
	require.Eventually(s.t, func() bool {
		list, err := s.app.Outreach.Outbox(context.Background(), store.OutboxFilter{To: "+86" + phone})
		require.NoError(s.t, err)
		for _, m := range list {
			if m.Template == "OTP" {
				code = m.Code
				return true
			}
		}
		return false
	}, waitLong, 100*time.Millisecond, "no one-time code for %s", phone)
	return code
}
