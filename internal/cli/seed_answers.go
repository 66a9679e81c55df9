package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"huisheng/app/respond"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// seedAnswers lets demo people answer through the same use cases as a phone: link, digits, form. In each open round at most so many do.
func seedAnswers(ctx context.Context, p *parts, want int, out io.Writer) error {
	batches, err := p.app.Outreach.Batches(ctx, province(), store.BatchFilter{}, models.Page{Limit: 100})
	if err != nil || len(batches.Items) == 0 {
		return errors.Join(errors.New("no batch to answer; run seed --demo first"), err)
	}
	rng, done := rand.New(rand.NewPCG(1, 2)), 0 //nolint:gosec // invented answers for a demo, the same each time
	for _, b := range batches.Items {
		if !b.Answerable(p.app.Clock()) {
			continue
		}
		n, err := answerBatch(ctx, p, b, want, rng)
		if done += n; err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d people answered; the indicators follow within seconds\n", done)
	return err
}

func answerBatch(ctx context.Context, p *parts, b models.Batch, want int, rng *rand.Rand) (done int, err error) {
	list, err := p.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: b.ID}, models.Page{Limit: 200})
	if err != nil {
		return 0, err
	}
	for _, inv := range list.Items {
		if done == want {
			break
		}
		switch err := answerAs(ctx, p, inv, rng); {
		case err == nil:
			done++
		case !cannotAnswer(err):
			return done, err
		}
	}
	return done, nil
}

func answerAs(ctx context.Context, p *parts, inv models.Invitation, rng *rand.Rand) error {
	e := respond.Entry{Token: ident.New(p.box).Tokens.Make(token.Direct, string(inv.ID)), Addr: "seed"}
	if inv.Contact != "" {
		return answerAsContact(ctx, p, inv, e)
	}
	record, err := p.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return err
	}
	var who models.Identity
	if err := p.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who); err != nil {
		return err
	}
	e.IDTail = who.Document[len(who.Document)-4:]
	a, err := p.app.Respond.Enter(ctx, e)
	if err != nil {
		return err
	}
	return submitAs(ctx, p, a, demo.Answers(a.Questionnaire, rng))
}
