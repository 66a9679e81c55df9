package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huisheng/internal/demo"
)

// recorder is an SMS gateway that remembers what it took, often breaks off, and hands each invitation's code to its person.
type recorder struct {
	*httptest.Server
	mu     sync.Mutex      // protects taken and busy
	taken  map[string]int  // how often each message arrived
	busy   map[string]bool // messages put off once: a second time would be five minutes, a third half an hour
	broken atomic.Int32    // answers that the program never got
	mail   chan mail
}

// mail is a message as its receiver reads it.
type mail struct{ phone, code string }

func newRecorder(t *testing.T) *recorder {
	r := &recorder{taken: map[string]int{}, busy: map[string]bool{}, mail: make(chan mail, 100_000)}
	r.Server = httptest.NewServer(http.HandlerFunc(r.answer))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) answer(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if q.Method == http.MethodGet {
		r.mu.Lock()
		known := r.taken[strings.TrimPrefix(q.URL.Path, "/messages/")] > 0
		r.mu.Unlock()
		if known {
			_, _ = io.WriteString(w, `{"id":"gw","status":"delivered"}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"status":"not_found"}`)
		return
	}
	var m struct {
		ID, Phone, Template string
		Params              []struct{ Name, Value string }
	}
	if json.NewDecoder(q.Body).Decode(&m) != nil || m.ID == "" {
		return // the program was killed while it wrote
	}
	luck := rand.IntN(100)
	if luck < 4 && r.putOff(m.ID) {
		_, _ = io.WriteString(w, `{"status":"rejected","code":"busy","retry_after":1}`)
		return
	}
	r.take(m.ID, m.Phone, m.Template, m.Params)
	time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond) // room to be killed in
	if luck < 10 {
		r.broken.Add(1)
		panic(http.ErrAbortHandler) // taken, but nobody will hear of it
	}
	_, _ = fmt.Fprintf(w, `{"id":%q,"status":"accepted"}`, "gw-"+m.ID)
}

// putOff says whether this is the first time that the message is too much.
func (r *recorder) putOff(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := !r.busy[id]
	r.busy[id] = true
	return first
}

func (r *recorder) take(id, phone, template string, params []struct{ Name, Value string }) {
	r.mu.Lock()
	r.taken[id]++
	first := r.taken[id] == 1
	r.mu.Unlock()
	if !first || template != "INVITE" {
		return
	}
	for _, p := range params {
		if p.Name == "code" {
			r.mail <- mail{phone, p.Value}
		}
	}
}

// town is the people who use the program while it suffers, and what they were promised.
type town struct {
	t       *testing.T
	s       *site
	servers []*process
	mail    <-chan mail
	body    map[string]any
	people  sync.Map // phone → demo.Person

	claims     sync.Map // claim number → claimed
	receipts   sync.Map // phone → receipt's JSON
	tokens     sync.Map // phone → respondent's token
	complaints sync.Map // phone → case number
	retries    atomic.Int64
	wrong      atomic.Int32
}

// claimed is an accepted claim.
type claimed struct {
	batch  string
	people int
}

// ask sends a request to one server after the other until one gives a status that settles the matter: below 500, not 429, and for a login
// that has run out not 401. It gives up when nothing helps for two minutes.
func (w *town) ask(method, path, bearer string, body any, header ...string) (answer, bool) {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); w.retries.Add(1) {
		at := w.servers[rand.IntN(len(w.servers))].addr
		a, err := (&site{t: w.t, addr: at, client: w.s.client}).try(method, path, bearer, body, header...)
		if err == nil && a.status < 500 && a.status != http.StatusTooManyRequests {
			return a, true
		}
		time.Sleep(time.Duration(50+rand.IntN(200)) * time.Millisecond)
	}
	w.fail("%s %s: no answer for two minutes", method, path)
	return answer{}, false
}

// fail notes what a user would be angry about. A hundred lines say no more than ten.
func (w *town) fail(format string, args ...any) {
	if w.wrong.Add(1) <= 10 {
		w.t.Errorf(format, args...)
	}
}

// must is ask for callers who know the only right status.
func (w *town) must(want int, method, path, bearer string, body any, header ...string) (map[string]any, bool) {
	a, ok := w.ask(method, path, bearer, body, header...)
	if !ok {
		return nil, false
	}
	var m map[string]any
	if a.status != want || json.Unmarshal(a.body, &m) != nil {
		w.fail("%s %s: %d %s, want %d", method, path, a.status, a.body, want)
		return nil, false
	}
	return m, true
}

// enterprise uploads people and claims for them, claim after claim, until it is told to stop.
func (w *town) enterprise(stop <-chan struct{}, each int) {
	for seed := uint64(20); seed < 130; seed++ {
		people := demo.People(seed, each)
		for i := range people {
			p := &people[i]
			p.Phone = fmt.Sprintf("139%05d%03d", seed, i) // nobody shares a number: its second message would wait for the next day
			w.people.Store("+86"+p.Phone, *p)
		}
		w.claim(fmt.Sprintf("FAULT-%d", seed), people)
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(400+rand.IntN(1200)) * time.Millisecond):
		}
	}
}

func (w *town) claim(no string, people []demo.Person) {
	login, ok := w.must(200, "POST", "/api/v1/auth/login", "", map[string]any{"account": "enterprise", "password": password})
	if !ok {
		return
	}
	boss, _ := login["access_token"].(string)
	org, _ := login["account"].(map[string]any)["org"].(string)
	if _, ok := w.must(200, "POST", "/api/v1/orgs/"+org+"/roster", boss, rosterFile(w.t, people)); !ok {
		return
	}
	made, ok := w.must(202, "POST", "/api/v1/claims", boss, map[string]any{
		"claim_no": no, "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": certificates(people),
	})
	if !ok {
		return
	}
	if number(made["accepted"]) != len(people) {
		w.fail("claim %s: %v", no, made)
	}
	w.claims.Store(no, claimed{made["batch"].(string), len(people)})
}

// phone is a person who has got a message: opens it, answers, sometimes sends twice, sometimes complains.
func (w *town) phone(m mail) {
	known, ok := w.people.Load(m.phone)
	if !ok {
		return // of the demo's own claim
	}
	document := known.(demo.Person).Document
	in, ok := w.must(200, "POST", "/api/v1/respond/session", "", map[string]any{"code": m.code, "id_tail": document[len(document)-4:]})
	if !ok {
		return
	}
	token := in["respondent_token"].(string)
	time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
	key := unique(0)
	got, ok := w.must(201, "POST", "/api/v1/respond/feedback", token, w.body, "Idempotency-Key", key)
	if !ok {
		return
	}
	w.receipts.Store(m.phone, got["receipt"])
	w.tokens.Store(m.phone, token)
	if rand.IntN(4) == 0 {
		w.must(201, "POST", "/api/v1/respond/feedback", token, w.body, "Idempotency-Key", key)
	}
	if rand.IntN(6) == 0 {
		body := map[string]any{"category": "FEE_VIOLATION", "text": "考前每人交了三百元。", "visibility": "anonymous"}
		if filed, ok := w.must(201, "POST", "/api/v1/respond/complaints", token, body, "Idempotency-Key", unique(1)); ok {
			w.complaints.Store(m.phone, filed["case_no"])
		}
	}
}

// phones answers the mail with so many people at a time until stop.
func (w *town) phones(stop <-chan struct{}, n int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for {
				select {
				case m := <-w.mail:
					w.phone(m)
				case <-stop:
					return
				}
			}
		})
	}
	return &wg
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}
