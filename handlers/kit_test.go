package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"huisheng/app"
	"huisheng/app/port"
	"huisheng/app/registry"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/handlers"
	"huisheng/handlers/web"
	"huisheng/internal/limit"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

const password = "correct horse battery"

// server is the whole HTTP layer on a real listener, over a fresh database.
type server struct {
	t     *testing.T
	app   *app.App
	fiber *fiber.App
	store *store.Store
	clock *testkit.Clock
	box   *seal.Box
	url   string
	stop  context.CancelFunc
	// redisDown makes Redis look away.
	redisDown atomic.Bool

	production bool
	cookies    sync.Map // names that answers set, see guarded
}

type object = map[string]any

func newServer(t *testing.T, change ...func(*config.Config)) *server {
	t.Helper()
	cfg, err := config.Load()
	require.NoError(t, err)
	for _, f := range change {
		f(&cfg)
	}
	cat, err := catalog.Load()
	require.NoError(t, err)
	st, box, clock := testkit.Store(t), testkit.Box(t), testkit.NewClock()
	log := slog.New(slog.DiscardHandler)
	s := &server{t: t, store: st, clock: clock, box: box, production: cfg.Production()}
	s.app = app.New(app.Deps{
		Config: cfg, Store: st, Catalog: cat, Box: box, Queue: port.NoQueue{}, Limiter: limit.New(nil, []byte("k"), clock.Now), Clock: clock.Now, Log: log,
	})
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.fiber = handlers.New(handlers.Deps{
		Config: cfg, App: s.app, Box: box, Log: log, Metrics: prometheus.NewRegistry(), Context: ctx, PingStore: st.Ping,
		PingRedis: func(context.Context) error {
			if s.redisDown.Load() {
				return errors.New("connection refused")
			}
			return nil
		},
	})
	ln, err := web.Listen("127.0.0.1:0")
	require.NoError(t, err)
	s.url = "http://" + ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- s.fiber.Listener(ln) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, s.fiber.ShutdownWithTimeout(time.Minute))
		require.NoError(t, <-done)
	})
	return s
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	t    *testing.T
	body []byte
}

func (r reply) object(status int) object {
	r.t.Helper()
	require.Equal(r.t, status, r.StatusCode, string(r.body))
	var o object
	if len(r.body) > 0 {
		require.NoError(r.t, json.Unmarshal(r.body, &o), string(r.body))
	}
	return o
}

func (r reply) problem(status int, code string) object {
	r.t.Helper()
	o := r.object(status)
	require.Equal(r.t, "application/problem+json", r.Header.Get("Content-Type"))
	require.Equal(r.t, code, o["code"], string(r.body))
	return o
}

// do sends body as JSON (nil: none; a string: as it is).
func (s *server) do(method, path, token string, body any, headers ...string) reply {
	s.t.Helper()
	var r io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		r = bytes.NewReader([]byte(b))
	default:
		raw, err := json.Marshal(b)
		require.NoError(s.t, err)
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, s.url+path, r)
	require.NoError(s.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(s.t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, res.Body.Close())
	got := reply{Response: res, t: s.t, body: raw}
	s.guarded(method, path, got)
	return got
}

// account makes an account and logs it in.
func (s *server) account(login string, role models.Role, region string, org models.OrgID) (access, refresh string) {
	s.t.Helper()
	_, err := s.app.Accounts.Ensure(context.Background(), models.Account{Login: login, Name: "测试账号", Role: role, Region: region, Org: org}, password)
	require.NoError(s.t, err)
	return s.login(login, password)
}

func (s *server) login(login, pw string) (access, refresh string) {
	s.t.Helper()
	o := s.do("POST", "/api/v1/auth/login", "", object{"account": login, "password": pw}).object(200)
	return o["access_token"].(string), o["refresh_token"].(string)
}

func (s *server) province() string {
	s.t.Helper()
	access, _ := s.account("province", models.RoleProvince, models.Province, "")
	return access
}

func (s *server) city(region string) string {
	s.t.Helper()
	access, _ := s.account("city-"+region, models.RoleCity, region, "")
	return access
}

// org registers an organisation and gives its id.
func (s *server) org(kind models.OrgKind, uscc, division string, a models.Affiliation) models.OrgID {
	s.t.Helper()
	got, err := s.app.Registry.Create(context.Background(), models.Principal{Role: models.RoleProvince}, registry.NewOrg{
		Kind: kind, Name: "回声测试机构" + uscc[14:], USCC: uscc, Division: division, Affiliation: a,
	})
	require.NoError(s.t, err)
	return got.Org.ID
}
