package supervise_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/paper"
	"huisheng/models"
)

// A process that died between the step and keeping its files left them waiting: the sweep keeps those that a case names, however long nobody ran it, and
// deletes those that none named.
func TestPapersOfAStepSurviveTheProcess(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	m := k.take(city("1"), k.propose(city("1"), o, models.MeasureRectify), models.ActionNotice)
	text := "%PDF-1.4 说明"
	c, err := k.Submit(k.ctx, operator(o), m.ID, "附上说明。", []paper.File{{Content: strings.NewReader(text), Size: int64(len(text))}})
	require.NoError(t, err)
	require.Len(t, c.WordsIn, 1)
	waiting := func(id models.FileID, named bool) {
		sealed, err := k.box.Seal([]byte(text), "file/"+string(id))
		require.NoError(t, err)
		require.NoError(t, k.store.CreateFile(k.ctx, models.File{ID: id, Measure: m.ID, Content: sealed, Media: paper.MediaPDF, CreatedAt: k.clock.Now(), PurgeAt: k.clock.Now().Add(time.Hour)}))
		if named {
			p, err := k.store.FindMeasure(k.ctx, models.SystemScope(), m.ID)
			require.NoError(t, err)
			p.WordsIn, p.Version = append(p.WordsIn, id), p.Version+1
			require.NoError(t, k.store.UpdateMeasure(k.ctx, p))
		}
	}
	waiting("named", true)
	waiting("orphan", false)
	k.clock.Add(48 * time.Hour)
	require.NoError(t, k.app.Complaints.KeepFiles(k.ctx), "the complaints' sweep leaves them alone")
	require.NoError(t, k.Sweep(k.ctx))
	for n := range 2 {
		content, media, err := k.Paper(k.ctx, city("2"), m.ID, models.ActionStatement, n+1)
		require.NoError(t, err)
		require.Equal(t, []string{text, paper.MediaPDF}, []string{string(content), media})
	}
	_, err = k.store.FindFile(k.ctx, "orphan")
	require.ErrorIs(t, err, models.ErrNotFound)
}
