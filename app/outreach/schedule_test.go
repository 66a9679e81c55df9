package outreach_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/config"
	"huisheng/models"
	"huisheng/models/store"
)

// school makes the kit's organisation a school, whose messages go out from nine to eight.
func school(t *testing.T) *kit {
	k := newKit(t, func(c *config.Config) { c.SMS.QuietHours = "20:00-09:00" })
	o := k.org
	o.ID, o.USCC, o.Kind, o.Name = models.OrgID(models.NewID()), models.NewID(), models.OrgSchool, "示例技工学校"
	require.NoError(t, k.store.CreateOrg(k.ctx, o))
	k.org, k.op.Org = o, o.ID
	return k
}

// student is a record whose internship and graduation end on the given days.
func student(company string, ends, graduates models.Date) func(int, *models.Record, *models.Identity) {
	return func(_ int, r *models.Record, _ *models.Identity) {
		r.Occupation, r.OccupationCode, r.Department, r.Certificate, r.IssuedOn = "", "", "", "", ""
		r.Company, r.InternEnd, r.GraduatesOn = company, string(ends), string(graduates)
	}
}

func (k *kit) schedule() int {
	k.t.Helper()
	n, err := k.Schedule(k.ctx, k.org)
	require.NoError(k.t, err)
	return n
}

// rounds gives the school's rounds by questionnaire and month.
func (k *kit) rounds() map[string]models.Batch {
	k.t.Helper()
	list, err := k.store.ListBatches(k.ctx, models.SystemScope(), store.BatchFilter{Org: k.org.ID}, models.Page{Limit: 100})
	require.NoError(k.t, err)
	m := map[string]models.Batch{}
	for _, b := range list.Items {
		m[b.Questionnaire.Code+" "+models.MonthOf(b.OpensAt)] = b
	}
	return m
}

func (k *kit) upload(r models.Record, change func(*models.Record)) {
	k.t.Helper()
	change(&r)
	r.UpdatedAt = k.clock.Now()
	r.Digest = k.ident.Digest(string(r.ID), r.InternEnd, r.GraduatesOn, models.NewID())
	_, _, err := k.store.PutRecords(k.ctx, nil, []models.Record{r})
	require.NoError(k.t, err)
}

func (k *kit) record(id models.RecordID) models.Record {
	k.t.Helper()
	r, err := k.store.FindRecord(k.ctx, models.SystemScope(), id)
	require.NoError(k.t, err)
	return r
}

func TestAnInternIsAskedWhenTheInternshipEnds(t *testing.T) {
	k := school(t) // 23 November, ten o'clock
	k.people(1, 2, student("甲厂", "2026-11-20", ""))
	early := k.people(2, 1, student("甲厂", "2026-12-18", ""))[0]
	k.people(3, 1, student("甲厂", "2027-01-20", "")) // not yet
	k.people(4, 1, student("甲厂", "2026-08-01", "")) // too long ago
	require.Equal(t, 3, k.schedule())
	require.Zero(t, k.schedule(), "a second pass changes nothing")

	rounds := k.rounds()
	require.Len(t, rounds, 2)
	nov, dec := rounds["SCH_INTERN 2026-11"], rounds["SCH_INTERN 2026-12"]
	require.Equal(t, models.TriggerInternshipEnd, nov.Trigger)
	require.True(t, nov.Pooled())
	require.Equal(t, models.Date("2026-11-01").Start(), nov.OpensAt.In(models.Shanghai()))
	require.Equal(t, models.Date("2026-12-23").End(), nov.ClosesAt.In(models.Shanghai()))

	require.Equal(t, 2, k.deliver(false), "only those whose internship has ended get a message")
	require.Equal(t, "INVITE_SCHOOL", k.sender.messages()[0].Template)
	inv := k.invitations(dec.ID)[0]
	require.Equal(t, early, inv.Record)
	d := k.delivery(models.FirstMessage(inv.ID))
	require.Equal(t, models.Date("2026-12-18").Start().Add(9*time.Hour), d.DueAt.In(models.Shanghai()), "in the morning of the last day")

	// Whoever came early by a printed code and answered gets no message.
	k.answer(inv)
	k.clock.Add(25*24*time.Hour + time.Hour)
	k.deliver(false)
	require.Equal(t, models.DeliverySkipped, k.delivery(models.FirstMessage(inv.ID)).State)
	require.Equal(t, "answered", k.delivery(models.FirstMessage(inv.ID)).Code)
}

func TestRemindersComeWithEachInvitation(t *testing.T) {
	k := school(t)
	k.people(1, 1, student("甲厂", "2026-11-20", ""))
	k.schedule()
	for _, want := range []int{1, 1, 1, 0} {
		require.Equal(t, want, k.deliver(false))
		k.clock.Add(7 * 24 * time.Hour)
	}
	var templates []string
	for _, m := range k.sender.messages() {
		templates = append(templates, m.Template)
	}
	require.Equal(t, []string{"INVITE_SCHOOL", "REMIND", "REMIND"}, templates)
	b := k.rounds()["SCH_INTERN 2026-11"]
	_, err := k.Remind(k.ctx, k.op, b.ID)
	require.ErrorIs(t, err, outreach.ErrRolling)
	_, err = k.Close(k.ctx, k.op, b.ID)
	require.ErrorIs(t, err, outreach.ErrRolling)
}

func TestAChangedDayMovesWhoWaits(t *testing.T) {
	k := school(t)
	id := k.people(1, 1, student("甲厂", "2026-11-30", ""))[0]
	require.Equal(t, 1, k.schedule())
	before := k.invitations(k.rounds()["SCH_INTERN 2026-11"].ID)[0]

	k.clock.Add(time.Hour)
	k.upload(k.record(id), func(r *models.Record) { r.InternEnd = "2027-03-10" }) // far beyond the thirty days
	require.Equal(t, 1, k.schedule())
	require.Zero(t, k.schedule())
	march := k.rounds()["SCH_INTERN 2027-03"]
	moved := k.invitations(march.ID)
	require.Len(t, moved, 1)
	require.Equal(t, before.ID, moved[0].ID, "the person keeps link and code")
	require.Equal(t, before.CodeMAC, moved[0].CodeMAC)
	require.Empty(t, k.invitations(k.rounds()["SCH_INTERN 2026-11"].ID))
	d := k.delivery(models.FirstMessage(before.ID))
	require.Equal(t, march.ID, d.Batch)
	require.Equal(t, models.Date("2027-03-10").Start().Add(9*time.Hour), d.DueAt.In(models.Shanghai()))
	k.clock.Add(10 * 24 * time.Hour)
	require.Zero(t, k.deliver(false))

	k.upload(k.record(id), func(r *models.Record) { r.InternEnd = "2026-12-01" }) // back into the past
	require.Equal(t, 1, k.schedule())
	require.Equal(t, 1, k.deliver(false))
	k.upload(k.record(id), func(r *models.Record) { r.InternEnd = "2026-12-20" })
	require.Zero(t, k.schedule(), "who was written to stays")
}

func TestACorrectedCompanyDoesNotDoubleAStudent(t *testing.T) {
	k := school(t)
	first := k.people(1, 1, student("甲厂", "2026-11-28", ""))[0]
	require.Equal(t, 1, k.schedule())
	k.clock.Add(time.Hour)
	fixed := k.record(first)
	fixed.ID = k.ident.Record(fixed.Org, fixed.Person, "", fixed.Level, "甲电子厂") // another company is another record
	k.upload(fixed, func(r *models.Record) { r.Company, r.InternEnd = "甲电子厂", "2026-12-05" })
	for range 3 {
		k.schedule()
	}
	require.Equal(t, 1, k.db.Count("invitations", doc{"org": k.org.ID}))
	inv := k.invitations(k.rounds()["SCH_INTERN 2026-12"].ID)[0]
	require.Equal(t, fixed.ID, inv.Record, "what was uploaded last counts")
	require.Equal(t, "甲电子厂", inv.About.Company)
}

func TestAGraduateIsAskedAgain(t *testing.T) {
	k := school(t)
	id := k.people(1, 1, student("甲厂", "2026-11-20", "2026-06-20"))[0] // five months ago
	k.people(2, 1, student("甲厂", "", "2025-11-22"))                    // a year and a day
	require.Equal(t, 2, k.schedule(), "one person, two forms")
	rounds := k.rounds()
	graduate := k.invitations(rounds["SCH_GRADUATE 2026-12"].ID)
	require.Len(t, graduate, 1)
	require.Equal(t, id, graduate[0].Record)
	require.Empty(t, graduate[0].About.Company)
	require.Equal(t, models.Date("2026-12-20"), graduate[0].TriggeredOn)
	require.Equal(t, 1, k.deliver(false), "the graduate's message waits for December")
	for range 30 { // a day at a time: a phone gets one message a day
		k.clock.Add(24 * time.Hour)
		k.deliver(false)
	}
	require.Equal(t, "INVITE_GRADUATE", k.delivery(models.FirstMessage(graduate[0].ID)).Template)
	require.Equal(t, models.DeliverySent, k.delivery(models.FirstMessage(graduate[0].ID)).State)
}

func TestARoundOpensAgainForWhoTurnsUpLate(t *testing.T) {
	k := school(t)
	k.people(1, 1, student("甲厂", "2026-11-20", ""))
	k.schedule()
	k.deliver(false)
	k.clock.Add(40 * 24 * time.Hour)
	n, err := k.CloseDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	b := k.rounds()["SCH_INTERN 2026-11"]
	require.Equal(t, models.BatchClosed, b.State)
	k.people(2, 1, student("甲厂", "2026-11-25", "")) // the school uploads late
	require.Equal(t, 1, k.schedule())
	b = k.rounds()["SCH_INTERN 2026-11"]
	require.Equal(t, models.BatchOpen, b.State)
	require.Equal(t, models.Date("2027-02-01").End(), b.ClosesAt.In(models.Shanghai()))
	require.Positive(t, k.deliver(false))
	n, err = k.CloseDue(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
}

// Six processes schedule the same school at once while uploads change it, again and again: each student has exactly one invitation and one first message.
func TestManySchedulersMakeOneInvitationEach(t *testing.T) {
	k := school(t)
	const n = 40
	ids := k.people(1, n, func(i int, r *models.Record, who *models.Identity) {
		student(fmt.Sprintf("第%d厂", i%3), models.Date("2026-11-23").AddDays(i-10), "2026-06-20")(i, r, who)
	})
	for round := range 3 {
		var wg sync.WaitGroup
		for range 6 {
			other := outreach.New(k.deps)
			wg.Go(func() {
				if _, err := other.Schedule(k.ctx, k.org); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		k.clock.Add(time.Minute)
		for i, id := range ids {
			if i%4 == round {
				k.upload(k.record(id), func(r *models.Record) { r.InternEnd = string(models.Date(r.InternEnd).AddDays(3)) })
			}
		}
	}
	for code, want := range map[string]int{"SCH_INTERN": n, "SCH_GRADUATE": n} {
		require.Equal(t, want, k.db.Count("invitations", doc{"questionnaire.code": code}), code)
	}
	k.schedule()
	require.Equal(t, n, k.db.Count("deliveries", doc{"template": "INVITE_SCHOOL"}))
}
