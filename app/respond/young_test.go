package respond_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/respond"
	"huisheng/config/catalog"
	"huisheng/internal/token"
	"huisheng/models"
)

// Nobody under 18 is asked for an exact wage, and none is taken from them, whoever sends it; on the birthday that ends. The band stays for all.
func TestNoExactWageFromTheYoung(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	cat, err := catalog.Load()
	require.NoError(t, err)
	form, _ := cat.Latest("SCH_GRADUATE")
	today := k.clock.Now()
	enter := func(person, document string) (respond.Admission, respond.Claims) {
		t.Helper()
		r := models.Record{ID: models.RecordID("record-" + person), Org: "org", Certificate: person}
		r.Identity, err = k.box.SealJSON(models.Identity{Name: "合成学生", Document: document, Phone: "+8613800000000"}, "record/"+string(r.ID))
		require.NoError(t, err)
		_, _, err = k.store.PutRecords(t.Context(), []models.Record{r}, nil)
		require.NoError(t, err)
		inv := k.inv
		inv.ID, inv.Record, inv.Questionnaire = k.ids.Invitation(inv.Batch, models.PersonID(person)), r.ID, form.Ref()
		inv.TailMAC, inv.CodeMAC, inv.PosterMAC = k.ids.TailMAC(r.ID, "002X"), []byte(person), []byte(person)
		_, err = k.store.PutInvitations(t.Context(), []models.Invitation{inv})
		require.NoError(t, err)
		a, err := k.Enter(t.Context(), respond.Entry{Token: k.ids.Tokens.Make(token.Direct, string(inv.ID)), IDTail: "002X"})
		require.NoError(t, err)
		c, err := k.Session(a.RespondentToken)
		require.NoError(t, err)
		return a, c
	}
	answers := map[string]any{
		"status": "employed", "income": "from_3000", "income_exact": 3200,
	}
	field := func(c respond.Claims) (codes []string) {
		_, _, err := k.Submit(t.Context(), c, respond.Submission{Consents: models.Consents{Notice: form.Notice.Version, Wage: true}, Answers: answers})
		var x *models.Error
		require.ErrorAs(t, err, &x)
		for _, f := range x.Fields {
			if f.Field == "answers.income_exact" {
				codes = append(codes, f.Code)
			}
		}
		return codes
	}
	for person, tt := range map[string]struct {
		document string
		asked    bool
	}{
		"seventeen":                 {"440300" + today.AddDate(-18, 0, 1).Format("20060102") + "002X", false},
		"eighteen":                  {"440300" + today.AddDate(-18, 0, 0).Format("20060102") + "002X", true},
		"a card without a birthday": {"H12345678", true},
	} {
		a, c := enter(person, tt.document)
		require.Equal(t, tt.asked, a.Questionnaire.Question("income_exact") != nil, person)
		require.NotNil(t, a.Questionnaire.Question("income"), person)
		if tt.asked {
			require.Empty(t, field(c), person)
		} else {
			require.Equal(t, []string{"unknown_question"}, field(c), person)
		}
	}
}
