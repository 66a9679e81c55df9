package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/xuri/excelize/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/internal/demo"
	"huisheng/models"
)

// bigRounds is how often the long rows are measured, ceiling and server in turn.
const bigRounds = 3

// expand measures a claim from its acceptance until the batch is open, against InsertMany of the same invitations and messages in thousands.
func expand(ctx context.Context, e *env) ([]Row, error) {
	var ceilings, ours []time.Duration
	peak := 0
	for round := range bigRounds {
		org, bearer, err := e.enterprise(ctx, round)
		if err != nil {
			return nil, err
		}
		people := demo.People(uint64(40+round), e.opt.People)
		var file bytes.Buffer
		if err := demo.RosterXLSX(&file, models.OrgEnterprise, people); err != nil {
			return nil, fmt.Errorf("make file: %w", err)
		}
		if err := e.upload(ctx, org, bearer, file.Bytes(), e.opt.People); err != nil {
			return nil, err
		}
		e.srv.resetPeak()
		took, batch, err := e.claim(ctx, org, bearer, people)
		if err != nil {
			return nil, err
		}
		ours = append(ours, took)
		peak = max(peak, e.srv.peakMB())
		took, err = e.bareExpand(ctx, batch, round)
		if err != nil {
			return nil, err
		}
		ceilings = append(ceilings, took)
	}
	row := durations(fmt.Sprintf("expand a claim of %d people", e.opt.People), "InsertMany", ceilings, ours, 1.5)
	row.Target += ", ≤ 200 MB"
	row.Ours += fmt.Sprintf(", peak %d MB", peak)
	row.Met = row.Met && peak <= 200
	return []Row{row}, nil
}

// claim posts a claim and waits until its batch is open. The time starts when the claim was accepted: judging the list is the request's part.
func (e *env) claim(ctx context.Context, org, bearer string, people []demo.Person) (time.Duration, string, error) {
	var numbers []string
	for _, p := range people {
		numbers = append(numbers, p.Certificate)
	}
	made, err := e.call(ctx, http.MethodPost, "/api/v1/claims", bearer, map[string]any{
		"claim_no": "BENCH-" + org, "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": time.Now().Format(time.DateOnly), "certificates": numbers,
	})
	if err != nil {
		return 0, "", err
	}
	start := time.Now()
	batch, _ := made["batch"].(string)
	if n, _ := made["accepted"].(float64); int(n) != len(people) {
		return 0, "", fmt.Errorf("accepted %v of %d", made["accepted"], len(people))
	}
	for {
		var b models.Batch
		if err := e.real("batches").FindOne(ctx, bson.D{{Key: "_id", Value: batch}}).Decode(&b); err != nil {
			return 0, "", fmt.Errorf("read batch: %w", err)
		}
		if b.State == models.BatchOpen {
			return time.Since(start), batch, nil
		}
		if time.Since(start) > 5*time.Minute {
			return 0, "", fmt.Errorf("not expanded after five minutes: %d of %d", b.Expanded, b.People)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (e *env) bareExpand(ctx context.Context, batch string, round int) (time.Duration, error) {
	var took time.Duration
	for _, col := range []string{"invitations", "deliveries"} {
		docs, err := e.all(ctx, col, bson.D{{Key: "batch", Value: batch}})
		if err != nil {
			return 0, err
		}
		twin, err := e.twin(ctx, col, fmt.Sprintf("%s_%d", col, round))
		if err != nil {
			return 0, err
		}
		start := time.Now()
		if err := insertThousands(ctx, twin, docs); err != nil {
			return 0, err
		}
		took += time.Since(start)
	}
	return took, nil
}

// importFile measures POST …/roster of a large xlsx against a bare streaming read of the file followed by InsertMany of the same documents in thousands.
func importFile(ctx context.Context, e *env) ([]Row, error) {
	var ceilings, ours []time.Duration
	peak := 0
	for round := range uint64(bigRounds) {
		var file bytes.Buffer
		if err := demo.RosterXLSX(&file, models.OrgEnterprise, demo.People(20+round, e.opt.People)); err != nil {
			return nil, fmt.Errorf("make file: %w", err)
		}
		org, bearer, err := e.enterprise(ctx, bigRounds+int(round))
		if err != nil {
			return nil, err
		}
		e.srv.resetPeak()
		start := time.Now()
		if err := e.upload(ctx, org, bearer, file.Bytes(), e.opt.People); err != nil {
			return nil, err
		}
		ours = append(ours, time.Since(start))
		peak = max(peak, e.srv.peakMB())
		took, err := e.bareImport(ctx, org, file.Bytes(), int(round))
		if err != nil {
			return nil, err
		}
		ceilings = append(ceilings, took)
	}
	row := durations(fmt.Sprintf("import a %d-row xlsx", e.opt.People), "read + InsertMany", ceilings, ours, 2)
	row.Target += ", ≤ 300 MB"
	row.Ours += fmt.Sprintf(", peak %d MB", peak)
	row.Met = row.Met && peak <= 300
	return []Row{row}, nil
}

func durations(name, what string, ceilings, ours []time.Duration, limit float64) Row {
	c, o := median(ceilings), median(ours)
	ratio := o.Seconds() / c.Seconds()
	return Row{
		Name: name, Ceiling: fmt.Sprintf("%.1f s (%s)", c.Seconds(), what), Ours: fmt.Sprintf("%.1f s", o.Seconds()),
		Ratio: ratio, Target: fmt.Sprintf("≤ %.1f × the time", limit), Met: ratio <= limit,
	}
}

// enterprise makes an organisation of its own, so that every round starts empty, and gives its operator's access token.
func (e *env) enterprise(ctx context.Context, n int) (org, bearer string, err error) {
	codes := []string{ // synthetic, with valid check digits
		"91440101MA5TE5T07H", "91440300MA5TE5T158", "91350100M000100Y43", "52440000MJ8TE5T21H", "12440000MB2TE5T3XR", "51440000MJ8TE5T48C",
	}
	province, err := e.login(ctx, "province")
	if err != nil {
		return "", "", err
	}
	made, err := e.call(ctx, http.MethodPost, "/api/v1/orgs", province, map[string]any{
		"kind": "enterprise", "name": fmt.Sprintf("量测企业%d", n), "uscc": codes[n%len(codes)], "region": "440100", "affiliation": "city", "filing": demo.Filing(),
	})
	if err != nil {
		return "", "", err
	}
	org, _ = made["id"].(string)
	account := fmt.Sprintf("bench-%d", n)
	if _, err := e.call(ctx, http.MethodPost, "/api/v1/orgs/"+org+"/accounts", province, map[string]any{
		"account": account, "name": "量测", "role": "operator", "password": benchPassword,
	}); err != nil {
		return "", "", err
	}
	bearer, err = e.login(ctx, account)
	return org, bearer, err
}

const benchPassword = "bench-only-password-1"

func (e *env) login(ctx context.Context, account string) (string, error) {
	m, err := e.call(ctx, http.MethodPost, "/api/v1/auth/login", "", map[string]any{"account": account, "password": benchPassword})
	if err != nil {
		return "", err
	}
	token, _ := m["access_token"].(string)
	return token, nil
}

// call makes one API request and wants a 2xx.
func (e *env) call(ctx context.Context, method, path, bearer string, body any) (map[string]any, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return e.send(ctx, method, path, bearer, "application/json", bytes.NewReader(raw))
}

func (e *env) send(ctx context.Context, method, path, bearer, contentType string, body io.Reader) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+e.srv.addr+path, body)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Content-Type", contentType)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var m map[string]any
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %d %.500s", method, path, res.StatusCode, raw)
	}
	return m, json.Unmarshal(raw, &m)
}

// upload posts a roster of so many people, none of whom is known yet.
func (e *env) upload(ctx context.Context, org, bearer string, file []byte, people int) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "roster.xlsx")
	if err != nil {
		return fmt.Errorf("form: %w", err)
	}
	if _, err := part.Write(file); err != nil {
		return fmt.Errorf("form: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("form: %w", err)
	}
	got, err := e.send(ctx, http.MethodPost, "/api/v1/orgs/"+org+"/roster", bearer, w.FormDataContentType(), &form)
	if err != nil {
		return err
	}
	if n, _ := got["created"].(float64); int(n) != people {
		return fmt.Errorf("created %v of %d: %.500v", got["created"], people, got["errors"])
	}
	return nil
}

// bareImport reads the file row by row and inserts the documents that the server made of it, in thousands, into a collection with the same indexes.
func (e *env) bareImport(ctx context.Context, org string, file []byte, round int) (time.Duration, error) {
	docs, err := e.all(ctx, "records", bson.D{{Key: "org", Value: org}})
	if err != nil {
		return 0, err
	}
	twin, err := e.twin(ctx, "records", fmt.Sprintf("records_%d", round))
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "huisheng-bench-xlsx-")
	if err != nil {
		return 0, fmt.Errorf("temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	start := time.Now()
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{TmpDir: dir, UnzipXMLSizeLimit: 1 << 20, UnzipSizeLimit: 512 << 20})
	if err != nil {
		return 0, fmt.Errorf("open xlsx: %w", err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return 0, fmt.Errorf("read xlsx: %w", err)
	}
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			return 0, fmt.Errorf("read xlsx: %w", err)
		}
	}
	err = insertThousands(ctx, twin, docs)
	return time.Since(start), err
}

// all reads every document of a collection that matches, as it is.
func (e *env) all(ctx context.Context, col string, filter bson.D) ([]any, error) {
	cur, err := e.real(col).Find(ctx, filter, options.Find().SetBatchSize(2000))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", col, err)
	}
	var docs []any
	for cur.Next(ctx) {
		docs = append(docs, bson.Raw(bytes.Clone(cur.Current)))
	}
	return docs, cur.Err()
}

func insertThousands(ctx context.Context, col *mongo.Collection, docs []any) error {
	return insertAtOnce(ctx, col, docs, 1000)
}

// insertAtOnce inserts so many documents at a time.
func insertAtOnce(ctx context.Context, col *mongo.Collection, docs []any, size int) error {
	for len(docs) > 0 {
		n := min(size, len(docs))
		if _, err := col.InsertMany(ctx, docs[:n], options.InsertMany().SetOrdered(false)); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		docs = docs[n:]
	}
	return nil
}
