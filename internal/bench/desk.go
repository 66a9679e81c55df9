package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
	"huisheng/models"
)

// open lets the measured organisation upload its roster and claim for them through the API, and stores the answers of three in ten.
func (w *world) open(ctx context.Context) error {
	if err := w.officials(ctx); err != nil {
		return err
	}
	var err error
	if w.province, err = w.login(ctx, "province"); err != nil {
		return err
	}
	if _, err := w.call(ctx, http.MethodPost, "/api/v1/orgs/"+string(w.org)+"/accounts", w.province, map[string]any{
		"account": worldDesk, "name": "量测", "role": "operator", "password": benchPassword,
	}); err != nil {
		return err
	}
	if w.operator, err = w.login(ctx, worldDesk); err != nil {
		return err
	}
	people := demo.People(77, w.desk)
	var file bytes.Buffer
	if err := demo.RosterXLSX(&file, models.OrgEnterprise, people); err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	if err := w.upload(ctx, string(w.org), w.operator, file.Bytes(), w.desk); err != nil {
		return err
	}
	_, batch, err := w.claim(ctx, string(w.org), w.operator, people)
	if err != nil {
		return err
	}
	w.batch = models.BatchID(batch)
	if err := w.answerBatch(ctx); err != nil {
		return err
	}
	w.pages = w.list()
	return nil
}

// answerBatch stores the answers of three in ten people of the open batch.
func (w *world) answerBatch(ctx context.Context) error {
	docs, err := w.all(ctx, "invitations", bson.D{{Key: "batch", Value: w.batch}})
	if err != nil {
		return err
	}
	q, _ := w.cat.Latest("ENT_PARTICIPANT")
	b := models.Batch{ID: w.batch, Org: w.org, Region: "440100", Questionnaire: q.Ref(), OpensAt: time.Now()}
	var list []any
	for n, doc := range docs[:len(docs)*3/10] {
		raw, _ := doc.(bson.Raw)
		id, _ := raw.Lookup("_id").StringValueOK()
		list = append(list, w.answer(models.InvitationID(id), b, n))
	}
	return insertThousands(ctx, w.real("responses"), list)
}
