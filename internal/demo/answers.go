package demo

import (
	"math/rand/v2"
	"slices"

	"huisheng/models"
)

// Answers fills a questionnaire the way a person could: every question that is shown gets a valid answer, chosen by rng; free text stays
// empty. The first options are likelier, as they are in life.
func Answers(q *models.Questionnaire, rng *rand.Rand) models.Answers {
	return fill(q, rng.IntN)
}

// Happy fills a questionnaire with first options only, which answer every question without ending the form.
func Happy(q *models.Questionnaire) models.Answers {
	return fill(q, func(int) int { return 0 })
}

func fill(q *models.Questionnaire, intN func(int) int) models.Answers {
	a := models.Answers{}
	for i := range q.Questions {
		question := &q.Questions[i]
		if !shown(question, a) {
			continue
		}
		switch question.Type {
		case models.QuestionSingle, models.QuestionBand:
			n := len(question.Options)
			value := question.Options[min(intN(n), intN(n))].Value
			if slices.Contains(question.Ends, value) {
				value = question.Options[min(intN(n), intN(n))].Value // few say that they were not assessed at all
			}
			a[question.ID] = value
			if slices.Contains(question.Ends, value) {
				return a
			}
		case models.QuestionRating:
			a[question.ID] = int64(3 + intN(3))
		case models.QuestionNumber:
			a[question.ID] = int64(1)
		}
	}
	return a
}

func shown(q *models.Question, a models.Answers) bool {
	if q.ShowIf == nil {
		return true
	}
	v, _ := a[q.ShowIf.Question].(string)
	return slices.Contains(q.ShowIf.In, v)
}
