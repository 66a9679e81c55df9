package respond

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
)

// Words and exact amounts are stored sealed, all else stays countable, and the person gets back what was given.
func TestWordsAndExactAmountsAreSealed(t *testing.T) {
	s := &Service{box: testkit.Box(t)}
	q := &models.Questionnaire{Questions: []models.Question{
		{ID: "wage_band", Type: models.QuestionBand, Consent: models.ConsentWage},
		{ID: "wage", Type: models.QuestionNumber, Consent: models.ConsentWage},
		{ID: "months", Type: models.QuestionNumber},
		{ID: "words", Type: models.QuestionText},
		{ID: "firm", Type: models.QuestionPick},
	}}
	given := models.Answers{"wage_band": "6000_8000", "wage": int64(6543), "months": int64(7), "words": "班长叫王五", "firm": "某厂"}
	answers, sealed, err := s.split(q, "r1", given)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"wage_band": "6000_8000", "months": int64(7)}, answers)
	require.NotEmpty(t, sealed)
	back, err := s.open(models.Response{ID: "r1", Answers: answers, Texts: sealed})
	require.NoError(t, err)
	require.Equal(t, given, back)
	_, err = s.open(models.Response{ID: "r2", Answers: answers, Texts: sealed})
	require.Error(t, err, "a sealed answer opens in its own place alone")

	answers, sealed, err = s.split(q, "r1", models.Answers{"wage_band": "6000_8000", "words": ""})
	require.NoError(t, err)
	require.Empty(t, sealed)
	require.Contains(t, answers, "wage_band")
}
