package questionnaire_test

import (
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/questionnaire"
	"huisheng/config/catalog"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// process is what one process has of its own: a catalog, and the service that keeps it.
type process struct {
	catalog *catalog.Catalog
	service *questionnaire.Service
}

func newProcess(t *testing.T, s *store.Store, clock *testkit.Clock) process {
	t.Helper()
	c, err := catalog.Load()
	require.NoError(t, err)
	c.Clock(clock.Now)
	log := slog.New(slog.DiscardHandler)
	p := process{c, questionnaire.New(s, c, audit.New(s, testkit.Box(t), clock.Now, log), clock.Now, log)}
	require.NoError(t, p.service.Load(t.Context()))
	return p
}

func province() models.Principal {
	return models.Principal{Account: "p", Role: models.RoleProvince, Region: models.Province}
}

// reworded is the words of a questionnaire with another text for one question.
func reworded(t *testing.T, p process, code, id, zh string) models.Wording {
	t.Helper()
	e, err := p.service.Find(code, "latest")
	require.NoError(t, err)
	w := e.Wording()
	for i := range w.Questions {
		if w.Questions[i].ID == id {
			w.Questions[i].Text.Zh = zh
			return w
		}
	}
	t.Fatalf("no question %s", id)
	return w
}

// One process publishes, the other hears of it before anybody uses it, and a process that starts later knows it too.
func TestAPublishedVersionReachesEveryProcess(t *testing.T) {
	t.Parallel()
	s, clock := testkit.Store(t), testkit.NewClock()
	one, other := newProcess(t, s, clock), newProcess(t, s, clock)
	done, err := one.service.Publish(t.Context(), province(), "ENT_PARTICIPANT", "1", reworded(t, one, "ENT_PARTICIPANT", "fair", "打分公不公平？"))
	require.NoError(t, err)
	require.Equal(t, "2", done.Version)
	require.Equal(t, questionnaire.Coming, done.State)
	require.Equal(t, models.AccountID("p"), done.By)
	_, ok := other.catalog.Questionnaire("ENT_PARTICIPANT", "2")
	require.False(t, ok)
	require.NoError(t, other.service.Load(t.Context())) // it does so every ten seconds
	for _, p := range []process{one, other, newProcess(t, s, clock)} {
		q, _ := p.catalog.Latest("ENT_PARTICIPANT")
		require.Equal(t, "1", q.Version)
		q, ok := p.catalog.Questionnaire("ENT_PARTICIPANT", "2")
		require.True(t, ok)
		require.Equal(t, "打分公不公平？", q.Question("fair").Text)
	}
	clock.Add(models.PublishLead)
	for _, p := range []process{one, other, newProcess(t, s, clock)} {
		q, _ := p.catalog.Latest("ENT_PARTICIPANT")
		require.Equal(t, "2", q.Version)
		old, ok := p.catalog.Questionnaire("ENT_PARTICIPANT", "1")
		require.True(t, ok, "who began with the old version goes on with it")
		require.Equal(t, "打分公平吗？", old.Question("fair").Text)
	}
	list, err := s.QuestionnaireVersions(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestOneOfManyPublishersWins(t *testing.T) {
	t.Parallel()
	s, clock := testkit.Store(t), testkit.NewClock()
	p := newProcess(t, s, clock)
	w := reworded(t, p, "ENT_STAFF", "overall", "总的说，您满意吗？")
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		wg.Go(func() {
			_, err := p.service.Publish(t.Context(), province(), "ENT_STAFF", "1", w)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	won := 0
	for err := range errs {
		if err == nil {
			won++
			continue
		}
		require.True(t, errors.Is(err, models.ErrVersionOutdated), "%v", err)
	}
	require.Equal(t, 1, won)
}

func TestWhatCannotBePublished(t *testing.T) {
	t.Parallel()
	s, clock := testkit.Store(t), testkit.NewClock(time.Date(2026, 12, 3, 9, 0, 0, 0, models.Shanghai()))
	p := newProcess(t, s, clock)
	same := reworded(t, p, "ENT_PARTICIPANT", "fair", "打分公平吗？")
	_, err := p.service.Publish(t.Context(), models.Principal{Role: models.RoleCity, Region: "440100"}, "ENT_PARTICIPANT", "1", same)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = p.service.Publish(t.Context(), province(), "ENT_PARTICIPANT", "1", same)
	require.ErrorIs(t, err, models.ErrNothingChanged)
	_, err = p.service.Publish(t.Context(), province(), "ENT_PARTICIPANT", "7", same)
	require.ErrorIs(t, err, models.ErrVersionOutdated)
	_, err = p.service.Publish(t.Context(), province(), "NONE", "1", same)
	require.ErrorIs(t, err, models.ErrNotFound)
	for text, code := range map[string]string{
		"": "required", "考的内容跟您平时在车间里干的活到底对得上对不上？": "too_long", "打分公平吗（选填）？": "brackets", "打分\u202e公平吗？": "bad_text",
	} {
		_, err := p.service.Publish(t.Context(), province(), "ENT_PARTICIPANT", "1", reworded(t, p, "ENT_PARTICIPANT", "fair", text))
		var x *models.Error
		require.ErrorAs(t, err, &x, text)
		require.Len(t, x.Fields, 1)
		require.Equal(t, models.FieldError{Field: "questions.fair.text.zh", Code: code, Message: x.Fields[0].Message}, x.Fields[0])
	}
	list, err := s.QuestionnaireVersions(t.Context())
	require.NoError(t, err)
	require.Empty(t, list, "nothing is half done")

	same.Notice.Zh += "\n有问题请拨打12333。"
	same.Notice.En += "\nQuestions? Call 12333."
	done, err := p.service.Publish(t.Context(), province(), "ENT_PARTICIPANT", "1", same)
	require.NoError(t, err)
	require.Equal(t, "2026-12-03/2", done.Notice.Version, "consent to the old notice is none to the new one")
}
