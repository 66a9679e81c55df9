package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"huisheng/app/respond"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// seedAnswers lets demo people answer through the same use cases as a phone: link, digits, form.
func seedAnswers(ctx context.Context, p *parts, want int, out io.Writer) error {
	batches, err := p.app.Outreach.Batches(ctx, province(), store.BatchFilter{}, models.Page{Limit: 1})
	if err != nil || len(batches.Items) == 0 {
		return errors.Join(errors.New("no batch to answer; run seed --demo first"), err)
	}
	list, err := p.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: batches.Items[0].ID}, models.Page{Limit: 200})
	if err != nil {
		return err
	}
	rng, done := rand.New(rand.NewPCG(1, 2)), 0
	for _, inv := range list.Items {
		if done == want {
			break
		}
		switch err := answerAs(ctx, p, inv, rng); {
		case errors.Is(err, models.ErrAlreadyAnswer):
		case err != nil:
			return err
		default:
			done++
		}
	}
	_, err = fmt.Fprintf(out, "%d people answered; the indicators follow within seconds\n", done)
	return err
}

func answerAs(ctx context.Context, p *parts, inv models.Invitation, rng *rand.Rand) error {
	record, err := p.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return err
	}
	var who models.Identity
	if err := p.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who); err != nil {
		return err
	}
	link := ident.New(p.box).Tokens.Make(token.Direct, string(inv.ID))
	a, err := p.app.Respond.Enter(ctx, respond.Entry{Token: link, IDTail: who.Document[len(who.Document)-4:], Addr: "seed"})
	if err != nil {
		return err
	}
	c, err := p.app.Respond.Session(a.RespondentToken)
	if err != nil {
		return err
	}
	c.Early = false // the demo does not wait for its own messages
	_, _, err = p.app.Respond.Submit(ctx, c, respond.Submission{
		Consents: models.Consents{Notice: a.Questionnaire.Notice.Version, Wage: true}, Answers: demo.Answers(a.Questionnaire, rng),
		StartedAt: time.Now().Add(-2 * time.Minute),
	})
	return err
}
