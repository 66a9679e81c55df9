package bench

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// answers stores the answers of three in ten people of a batch.
func (d *deskBench) answers(ctx context.Context, batch models.BatchID, org models.OrgID, region string, at time.Time) error {
	docs, err := d.all(ctx, "invitations", bson.D{{Key: "batch", Value: batch}})
	if err != nil {
		return err
	}
	q, _ := d.cat.Latest("ENT_PARTICIPANT")
	var list []any
	for _, doc := range docs[:len(docs)*3/10] {
		raw, err := bson.Marshal(doc)
		if err != nil {
			return fmt.Errorf("encode: %w", err)
		}
		var inv models.Invitation
		if err := bson.Unmarshal(raw, &inv); err != nil {
			return fmt.Errorf("decode: %w", err)
		}
		list = append(list, d.answer(inv.ID, batch, org, region, q.Ref(), at))
	}
	return insertThousands(ctx, d.real("responses"), list)
}

func (d *deskBench) answer(inv models.InvitationID, batch models.BatchID, org models.OrgID, region string, q models.QuestionnaireRef, at time.Time) models.Response {
	return models.Response{
		ID: d.ids.Response(inv), Batch: batch, Org: org, Region: region, Questionnaire: q, Anchor: at, Channel: "sms", Digest: d.ids.Digest("bench"),
		Answers: map[string]any{}, SubmittedAt: at, ChangedAt: at,
	}
}

// grow stores other organisations' batches until there are a hundred times as many invitations. Jobs have nothing to do with them: they are closed, counted
// and answered long ago.
func (d *deskBench) grow(ctx context.Context) error {
	q, _ := d.cat.Latest("ENT_PARTICIPANT")
	before, never := time.Now().AddDate(0, 0, -90), time.Now().AddDate(500, 0, 0)
	for n := range consoleGrow - 1 {
		org, region := models.OrgID(fmt.Sprint("other", n)), "440300"
		batch := d.ids.ClaimBatch(models.ClaimID(org))
		b := models.Batch{
			ID: batch, Org: org, OrgName: "别的企业", Kind: models.OrgEnterprise, Region: region, ClaimNo: "X", Questionnaire: q.Ref(), State: models.BatchClosed,
			People: d.people, Expanded: d.people, OpensAt: before, ClosesAt: before.AddDate(0, 1, 0), Reminders: 2, CountsDue: never, CreatedAt: before,
		}
		if _, err := d.real("batches").InsertOne(ctx, b); err != nil {
			return fmt.Errorf("store batch: %w", err)
		}
		var invitations, responses []any
		for i := range d.people {
			key := fmt.Sprint(n, "-", i)
			inv := models.Invitation{
				ID: d.ids.Invitation(batch, models.PersonID(key)), Batch: batch, Org: org, Region: region, Record: models.RecordID(key), Questionnaire: q.Ref(),
				About:   models.About{OrgName: "别的企业", Occupation: "电工", Level: "4", AssessedOn: "2026-09-01"},
				CodeMAC: d.ids.CodeMAC(key), TailMAC: d.ids.Digest("t"), PosterMAC: d.ids.Digest("p"), PhoneMAC: d.ids.Digest("ph"),
				ClosesAt: b.ClosesAt, CreatedAt: before,
			}
			invitations = append(invitations, inv)
			if i%10 < 3 {
				responses = append(responses, d.answer(inv.ID, batch, org, region, q.Ref(), before))
			}
		}
		if err := insertThousands(ctx, d.real("invitations"), invitations); err != nil {
			return err
		}
		if err := insertThousands(ctx, d.real("responses"), responses); err != nil {
			return err
		}
		if n%10 == 9 {
			_, _ = fmt.Fprintf(d.out, "  %d invitations stored\n", (n+2)*d.people)
		}
	}
	return nil
}
