package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// batchView is a batch as one caller may see it.
type batchView struct {
	ID            models.BatchID          `json:"id"`
	Org           models.OrgID            `json:"org"`
	OrgName       string                  `json:"org_name"`
	Kind          models.OrgKind          `json:"kind"`
	Region        string                  `json:"region"`
	Trigger       models.BatchTrigger     `json:"trigger"`
	ClaimNo       string                  `json:"claim_no,omitempty"`
	SubsidyType   string                  `json:"subsidy_type,omitempty"`
	Questionnaire models.QuestionnaireRef `json:"questionnaire"`
	State         models.BatchState       `json:"state"`
	PausedReason  string                  `json:"paused_reason,omitempty"`
	Counts        outreach.CountsView     `json:"counts"`
	Hidden        []string                `json:"hidden"` // counts that stand for too few people to be shown
	Skipped       int                     `json:"skipped"`
	Reminders     int                     `json:"reminders"`
	ClosedEarly   bool                    `json:"closed_early"`
	OpensAt       web.Time                `json:"opens_at"`
	ClosesAt      web.Time                `json:"closes_at"`
	CreatedAt     web.Time                `json:"created_at"`
}

func viewOf(p models.Principal) func(models.Batch) batchView {
	return func(b models.Batch) batchView {
		counts, hidden := outreach.View(p.Scope(), b.Counts)
		return batchView{
			ID: b.ID, Org: b.Org, OrgName: b.OrgName, Kind: b.Kind, Region: b.Region, Trigger: b.Cause(), ClaimNo: b.ClaimNo, SubsidyType: b.SubsidyType,
			Questionnaire: b.Questionnaire, State: b.State, PausedReason: b.PausedReason, Counts: counts, Hidden: hidden, Skipped: b.Skipped,
			Reminders: b.Reminders, ClosedEarly: b.ClosedBy != "", OpensAt: web.Time(b.OpensAt), ClosesAt: web.Time(b.ClosesAt), CreatedAt: web.Time(b.CreatedAt),
		}
	}
}

// ListBatches gives the batches of the caller's scope, newest first. Their counts are as last derived.
func (h *API) ListBatches(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	p := web.Principal(c)
	f := store.BatchFilter{Org: models.OrgID(c.Query("org")), State: models.BatchState(c.Query("state"))}
	list, err := h.app.Outreach.Batches(c.UserContext(), p, f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, viewOf(p)))
}

// ShowBatch gives a batch with fresh counts.
func (h *API) ShowBatch(c *fiber.Ctx) error {
	return answerBatch(c, h.app.Outreach.Batch)
}

// PauseBatch stops a batch's messages.
func (h *API) PauseBatch(c *fiber.Ctx) error {
	in, err := web.Bind[struct {
		Reason string `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	return answerBatch(c, func(ctx context.Context, p models.Principal, id models.BatchID) (models.Batch, error) {
		return h.app.Outreach.Pause(ctx, p, id, in.Reason)
	})
}

// ResumeBatch lets them go on.
func (h *API) ResumeBatch(c *fiber.Ctx) error {
	return answerBatch(c, h.app.Outreach.Resume)
}

// CloseBatch ends a batch before its time.
func (h *API) CloseBatch(c *fiber.Ctx) error {
	return answerBatch(c, h.app.Outreach.Close)
}

func answerBatch(c *fiber.Ctx, do func(context.Context, models.Principal, models.BatchID) (models.Batch, error)) error {
	p := web.Principal(c)
	b, err := do(c.UserContext(), p, models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	return c.JSON(viewOf(p)(b))
}

// RemindBatch plans a round of reminders: 202, and to how many where the caller may know it.
func (h *API) RemindBatch(c *fiber.Ctx) error {
	r, err := h.app.Outreach.Remind(c.UserContext(), web.Principal(c), models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(r)
}

const (
	progressEvery  = time.Second
	heartbeatEvery = 15 * time.Second
)

// BatchProgress gives what ShowBatch gives as server-sent events, named progress: one at once, one at each change, until the batch is closed. A
// ping every 15 seconds keeps proxies from ending the stream.
func (h *API) BatchProgress(c *fiber.Ctx) error {
	p, id := web.Principal(c), models.BatchID(c.Params("batch"))
	if _, err := h.app.Outreach.Batch(c.UserContext(), p, id); err != nil {
		return err
	}
	return web.Events(c, func(ctx context.Context, send web.Send) error { return h.progress(ctx, p, id, send) })
}

func (h *API) progress(ctx context.Context, p models.Principal, id models.BatchID, send web.Send) error {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	var last []byte
	spoken := time.Now()
	for {
		b, err := h.app.Outreach.Batch(ctx, p, id)
		if err != nil {
			return fmt.Errorf("progress of batch %s: %w", id, err)
		}
		now, err := json.Marshal(viewOf(p)(b))
		if err != nil {
			return fmt.Errorf("encode batch: %w", err)
		}
		event, data := "", any(nil)
		switch {
		case !bytes.Equal(now, last):
			event, data, last = "progress", json.RawMessage(now), now
		case time.Since(spoken) >= heartbeatEvery:
			event, data = "ping", struct{}{}
		}
		if event != "" {
			spoken = time.Now()
			if err := send(event, data); err != nil {
				return err
			}
		}
		if b.State == models.BatchClosed {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
