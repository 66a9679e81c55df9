package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/outreach"
	"huisheng/app/port"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/internal/testkit"
	"huisheng/jobs"
	"huisheng/jobs/channel"
	"huisheng/models"
	"huisheng/models/store"
)

// process is what a worker is made of, over a database of its own.
type process struct {
	t        *testing.T
	cfg      config.Config
	store    *store.Store
	deps     outreach.Deps
	log      *lines
	operator models.Principal
	records  []models.RecordID
}

func newProcess(t *testing.T, n int) *process {
	t.Helper()
	t.Parallel()
	p := &process{t: t, log: &lines{}, store: testkit.Store(t), operator: models.Principal{Account: "op", Role: models.RoleOperator, Org: "o"}}
	p.cfg = config.Config{
		BaseURL: "http://localhost:8080", BatchDays: 30, JobInterval: 50 * time.Millisecond, LeaseDuration: 30 * time.Second,
		SMS: config.SMS{Channel: "console", Site: "localhost:8080", QuietHours: "none", DailyCap: 1, MonthlyCap: 6, Workers: 4, SettleAfter: time.Second},
	}
	cat, err := catalog.Load()
	require.NoError(t, err)
	box := testkit.Box(t)
	ids, log := testkit.Ident(box), slog.New(slog.NewTextHandler(p.log, nil))
	sender, err := channel.New(channel.Options{Channel: channel.Console, Outbox: p.store.Outbox(), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	p.deps = outreach.Deps{
		Store: p.store, Catalog: cat, Box: box, Ident: ids, Audit: audit.New(p.store, box, time.Now, slog.New(slog.DiscardHandler)), Sender: sender,
		Queue: port.NoQueue{}, Clock: time.Now, Config: p.cfg, Log: log,
	}
	org := models.Org{ID: "o", Kind: models.OrgEnterprise, Name: "示例电器有限公司", USCC: "u", Region: "440100", Filing: demo.Filing()}
	require.NoError(t, p.store.CreateOrg(t.Context(), org))
	var list []models.Record
	for _, one := range demo.People(1, n) {
		r := models.Record{
			ID: models.RecordID(one.Certificate), Org: "o", Kind: org.Kind, Region: org.Region, Person: ids.Person("resident_id", one.Document),
			Occupation: one.Occupation, OccupationCode: one.OccupationCode, Level: "4", IssuedOn: one.IssuedOn, Certificate: one.Certificate,
			PhoneMAC: ids.PhoneMAC("+86" + one.Phone),
		}
		r.Identity, err = box.SealJSON(models.Identity{Name: one.Name, Document: one.Document, Phone: "+86" + one.Phone}, "record/"+string(r.ID))
		require.NoError(t, err)
		list, p.records = append(list, r), append(p.records, r.ID)
	}
	_, _, err = p.store.PutRecords(t.Context(), list, nil)
	require.NoError(t, err)
	return p
}

// run starts a runner and gives what stops it and waits for its end.
func (p *process) run(queue *jobs.Queue, extra ...jobs.Job) (stop func() error) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	runner := jobs.New(jobs.Deps{Outreach: p.service(queue), Queue: queue, Config: p.cfg, Log: slog.New(slog.NewTextHandler(p.log, nil)), Extra: extra})
	go func() { done <- runner.Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() { cancel(); err = <-done })
		return err
	}
	p.t.Cleanup(func() { require.NoError(p.t, stop()) })
	return stop
}

func (p *process) service(q port.Queue) *outreach.Service {
	d := p.deps
	d.Queue = q
	return outreach.New(d)
}

func (p *process) claim(s *outreach.Service) models.BatchID {
	p.t.Helper()
	r, err := s.Claim(p.t.Context(), p.operator, outreach.ClaimInput{
		No: "1", Org: "o", SubsidyType: "SKILL_UPGRADE", ClaimedAt: string(models.DateOf(time.Now())), Records: p.records,
	})
	require.NoError(p.t, err)
	return r.Batch
}

func (p *process) outbox() []models.OutboxMessage {
	p.t.Helper()
	list, err := p.store.Outbox().List(p.t.Context(), store.OutboxFilter{}, 1000)
	require.NoError(p.t, err)
	return list
}

// redisClient connects to the real Redis, in a database of the test's own choice.
func redisClient(t *testing.T, db int) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(testkit.RedisURL(t))
	require.NoError(t, err)
	o.DB = db
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// lines collects a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) with(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), text)
}

func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, time.Minute, 20*time.Millisecond, what)
}

func TestAClaimBecomesMessages(t *testing.T) {
	p := newProcess(t, 25)
	id := p.claim(p.service(port.NoQueue{}))
	stop := p.run(jobs.NewQueue(nil, nil))
	soon(t, "25 messages", func() bool { return len(p.outbox()) == 25 })
	soon(t, "counts", func() bool {
		b, err := p.store.FindBatch(t.Context(), models.SystemScope(), id)
		require.NoError(t, err)
		return b.Counts.Sent == 25 && b.State == models.BatchOpen
	})
	require.NoError(t, stop())
	phones := map[string]bool{}
	for _, m := range p.outbox() {
		phones[m.To] = true
	}
	require.Len(t, phones, 25)
}

// Redis refuses every connection: work goes on, nobody waits, and the log stays readable.
func TestWithoutRedisTheTimersDoTheWork(t *testing.T) {
	p := newProcess(t, 5)
	dead := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	defer func() { _ = dead.Close() }()
	queue := jobs.NewQueue(dead, slog.New(slog.NewTextHandler(p.log, nil)))
	start := time.Now()
	for range 50 {
		queue.Wake(t.Context(), port.JobExpand, "x")
	}
	require.Less(t, time.Since(start), time.Second, "fifty wake-ups")
	stop := p.run(queue)
	p.claim(p.service(queue))
	soon(t, "5 messages", func() bool { return len(p.outbox()) == 5 })
	time.Sleep(time.Second)
	start = time.Now()
	require.NoError(t, stop())
	require.Less(t, time.Since(start), 5*time.Second)
	require.LessOrEqual(t, p.log.with("level=WARN")+p.log.with("level=ERROR"), 3)
}

// Another process wakes the worker through Redis long before its timer would; and after Redis was wiped it goes on as before.
func TestAWakeUpComesThroughRedisAndMayBeLost(t *testing.T) {
	const db = 11
	p := newProcess(t, 3)
	p.cfg.JobInterval = 30 * time.Second
	p.run(jobs.NewQueue(redisClient(t, db), nil))
	time.Sleep(500 * time.Millisecond) // the first passes find nothing
	server := p.service(jobs.NewQueue(redisClient(t, db), nil))
	p.claim(server)
	soon(t, "3 messages", func() bool { return len(p.outbox()) == 3 })

	require.NoError(t, redisClient(t, db).FlushDB(t.Context()).Err())
	require.NoError(t, server.SendOneTimeTo(t.Context(), "s", "+8613800000042"))
	soon(t, "the code", func() bool { return len(p.outbox()) == 4 })
}

// Whoever stops a worker waits for the message that is on its way, and it is recorded as sent.
func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	p := newProcess(t, 30)
	slow := &slowSender{Sender: p.deps.Sender, pause: 300 * time.Millisecond}
	p.deps.Sender = slow
	p.claim(p.service(port.NoQueue{}))
	stop := p.run(jobs.NewQueue(nil, nil))
	soon(t, "a full house", func() bool { return slow.begun.Load() >= 4 })
	require.NoError(t, stop())
	require.Equal(t, slow.begun.Load(), slow.ended.Load())
	sent := 0
	for _, m := range p.outbox() {
		d, err := p.store.FindDelivery(t.Context(), m.ID)
		require.NoError(t, err)
		require.Equal(t, models.DeliveryDelivered, d.State)
		sent++
	}
	require.EqualValues(t, slow.ended.Load(), sent)
	require.Less(t, sent, 30, "it took on no more")
}

type slowSender struct {
	models.Sender
	pause        time.Duration
	begun, ended atomic.Int32
}

func (s *slowSender) Send(ctx context.Context, m models.Message) models.Result {
	s.begun.Add(1)
	defer s.ended.Add(1)
	time.Sleep(s.pause)
	return s.Sender.Send(ctx, m)
}

// A code does not wait behind thousands of invitations and a slow provider.
func TestCodesOvertake(t *testing.T) {
	p := newProcess(t, 60)
	p.deps.Sender = &slowSender{Sender: p.deps.Sender, pause: 500 * time.Millisecond}
	queue := jobs.NewQueue(nil, nil)
	p.run(queue)
	s := p.service(queue)
	p.claim(s)
	soon(t, "invitations go out", func() bool { return len(p.outbox()) >= 1 })
	require.NoError(t, s.SendOneTimeTo(t.Context(), "s", "+8613800000042"))
	soon(t, "the code", func() bool {
		list, err := p.store.Outbox().List(t.Context(), store.OutboxFilter{To: "+8613800000042"}, 1)
		require.NoError(t, err)
		return len(list) == 1
	})
	require.Less(t, len(p.outbox()), 60)
}

// A job that panics or fails is tried again, ever more slowly, complains once, and takes no other job with it.
func TestAFailingJobHarmsNobody(t *testing.T) {
	p := newProcess(t, 2)
	var panics, fails, fine atomic.Int32
	count := func(n *atomic.Int32, end func() error) jobs.Job {
		return jobs.Job{Name: fmt.Sprintf("job%p", n), Every: 10 * time.Millisecond, Exec: func(context.Context) error { n.Add(1); return end() }}
	}
	stop := p.run(jobs.NewQueue(nil, nil), count(&panics, func() error { panic("oh") }), count(&fails, func() error { return errors.New("no") }),
		count(&fine, func() error { return nil }))
	p.claim(p.service(port.NoQueue{}))
	soon(t, "2 messages", func() bool { return len(p.outbox()) == 2 })
	soon(t, "each tried", func() bool { return panics.Load() >= 3 && fails.Load() >= 3 })
	require.NoError(t, stop())
	require.Less(t, fails.Load(), fine.Load()/2)
	require.Equal(t, 2, p.log.with("job failed"))
}
