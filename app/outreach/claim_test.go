package outreach_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/internal/demo"
	"huisheng/models"
)

func TestTheSameClaimTwentyTimesAtOnceIsOneClaim(t *testing.T) {
	k := newKit(t)
	in := k.input(k.people(1, 30))
	answers := make([]outreach.ClaimResult, 20)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			r, err := k.Claim(k.ctx, k.op, in)
			if err != nil {
				t.Errorf("post %d: %v", i, err)
			}
			answers[i] = r
		})
	}
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
	require.Equal(t, 30, answers[0].Accepted)
	_, err := k.ExpandDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, k.db.Count("claims", doc{}))
	require.Equal(t, 1, k.db.Count("batches", doc{}))
	require.Equal(t, 30, k.db.Count("invitations", doc{}))
	require.Equal(t, 30, k.db.Count("deliveries", doc{}))
	b := k.batch(answers[0].Batch)
	require.Equal(t, models.BatchOpen, b.State)
	require.Equal(t, "2026-12-24T00:00:00+08:00", b.ClosesAt.In(models.Shanghai()).Format("2006-01-02T15:04:05Z07:00"), "24:00 of the 30th day")

	again, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	require.Equal(t, answers[0], again, "also after it was expanded")
}

func TestAnotherListUnderTheNumberIsAConflict(t *testing.T) {
	k := newKit(t)
	ids := k.people(1, 4)
	in := k.input(ids[:3])
	first, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)

	shuffled := in
	shuffled.Records = []models.RecordID{ids[2], ids[0], ids[1]}
	again, err := k.Claim(k.ctx, k.op, shuffled)
	require.NoError(t, err, "the order of a list is no content")
	require.Equal(t, first, again)

	for name, change := range map[string]func(*outreach.ClaimInput){
		"another person": func(in *outreach.ClaimInput) { in.Records = ids },
		"one fewer":      func(in *outreach.ClaimInput) { in.Records = ids[:2] },
		"another day":    func(in *outreach.ClaimInput) { in.ClaimedAt = "2026-11-21" },
		"another kind":   func(in *outreach.ClaimInput) { in.SubsidyType = "LIVING_COST" },
	} {
		other := in
		change(&other)
		_, err := k.Claim(k.ctx, k.op, other)
		require.ErrorIs(t, err, models.ErrClaimDiffers, name)
	}
	require.Equal(t, 1, k.db.Count("claims", doc{}))
}

func TestEveryReasonToRefuseAPerson(t *testing.T) {
	k := newKit(t)
	young := demo.Document("440100", k.clock.Now().AddDate(-13, 0, 0), 7)
	ids := k.people(3, 9, func(i int, r *models.Record, who *models.Identity) {
		r.Level, r.Method = "4", ""
		switch i {
		case 1:
			r.Occupation, r.OccupationCode = "宇航员", "9-99-99-99"
		case 2:
			r.Level = "1"
		case 3:
			r.IssuedOn = "2024-12-31"
		case 4:
			r.Level, r.Method = "2", "定级评价"
		case 5:
			who.Phone = ""
		case 6:
			who.Document = young
		case 7: // the person of 0 with another record
			r.Certificate += "B"
		}
	})
	first := demo.People(3, 1)[0]
	second := k.people(3, 1, func(_ int, r *models.Record, _ *models.Identity) {
		r.Level, r.Method, r.Certificate = "5", "", "" // same person as ids[0]
	})
	require.NotEmpty(t, first)
	k.claim(ids[8:9])

	in := k.input(append(append([]models.RecordID{}, ids...), ids[0], second[0], "nobody"))
	in.SubsidyType = "职业技能提升补贴"
	r, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	codes := map[models.RecordID][]models.RefusalCode{}
	for _, x := range r.Rejected {
		require.NotEmpty(t, x.Message, x.Code)
		codes[x.Record] = append(codes[x.Record], x.Code)
	}
	require.Equal(t, map[models.RecordID][]models.RefusalCode{
		ids[1]: {"occupation_not_filed"}, ids[2]: {"level_not_filed"}, ids[3]: {"filing_not_valid"}, ids[4]: {"grading_level"},
		ids[5]: {"phone_missing"}, ids[6]: {"under_14"}, ids[8]: {"already_invited"}, ids[0]: {"duplicate"},
		second[0]: {"duplicate_person"}, "nobody": {"not_found"},
	}, codes)
	require.Equal(t, 2, r.Accepted, "0 and 7")

	again, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	require.Equal(t, r, again, "a repeat gives the words again, which are not stored")
}

func TestClaimByCertificate(t *testing.T) {
	k := newKit(t)
	k.people(4, 3)
	p := demo.People(4, 3)
	in := k.input(nil)
	in.Certificates = []string{" " + strings.ToLower(p[0].Certificate), p[1].Certificate, "Y000000000000000000000"}
	r, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	require.Equal(t, 2, r.Accepted)
	require.Len(t, r.Rejected, 1)
	require.Equal(t, "Y000000000000000000000", r.Rejected[0].Certificate)
	require.Equal(t, models.RefusedNotFound, r.Rejected[0].Code)
}

func TestAClaimWithNobodyLeavesNothing(t *testing.T) {
	k := newKit(t)
	_, err := k.Claim(k.ctx, k.op, k.input([]models.RecordID{"nobody", "nowhere"}))
	require.ErrorIs(t, err, models.ErrClaimEmpty)
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Extra["rejected"], 2)
	for _, c := range []string{"claims", "batches", "audit"} {
		require.Zero(t, k.db.Count(c, doc{}), c)
	}
}

func TestAClaimNeedsItsFields(t *testing.T) {
	k := newKit(t)
	ids := k.people(5, 1)
	for field, change := range map[string]func(*outreach.ClaimInput){
		"claim_no":     func(in *outreach.ClaimInput) { in.No = " " },
		"subsidy_type": func(in *outreach.ClaimInput) { in.SubsidyType = "FREE_LUNCH" },
		"claimed_at":   func(in *outreach.ClaimInput) { in.ClaimedAt = "2026-11-24" },
		"records":      func(in *outreach.ClaimInput) { in.Records = nil },
		"certificates": func(in *outreach.ClaimInput) { in.Certificates = []string{"Y000044000001260000001"} },
	} {
		in := k.input(ids)
		change(&in)
		_, err := k.Claim(k.ctx, k.op, in)
		var e *models.Error
		require.ErrorAs(t, err, &e, field)
		require.Len(t, e.Fields, 1, field)
		require.Equal(t, field, e.Fields[0].Field)
	}
	in := k.input(make([]models.RecordID, models.MaxClaimPeople+1))
	_, err := k.Claim(k.ctx, k.op, in)
	require.ErrorIs(t, err, models.ErrInvalid)
}

func TestWhoMayClaim(t *testing.T) {
	k := newKit(t)
	in := k.input(k.people(6, 2))
	_, err := k.Claim(k.ctx, models.Principal{Role: models.RoleOperator, Org: "another"}, in)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.Claim(k.ctx, models.Principal{Role: models.RoleAlliance}, in)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.Claim(k.ctx, models.Principal{Role: models.RoleCity, Region: "440300"}, in)
	require.ErrorIs(t, err, models.ErrNotFound, "another city does not learn that the organisation exists")
	require.Zero(t, k.db.Count("claims", doc{}))
	_, err = k.Claim(k.ctx, k.city, in)
	require.NoError(t, err, "its own city may claim on behalf")
}

func TestAnInterruptedClaimIsCompletedByARepeatOrByTheJob(t *testing.T) {
	k := newKit(t)
	in := k.input(k.people(7, 5))
	first, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	whole := k.batch(first.Batch)
	lose := func() {
		require.Equal(t, 1, k.db.Delete("batches", doc{}))
		k.clock.Add(3600e9)
	}
	lose() // killed between the claim and its batch
	again, err := k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, whole, k.batch(first.Batch), "an hour later it is still the same batch")
	lose()
	_, err = k.ExpandDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 5, k.db.Count("invitations", doc{}))
}
