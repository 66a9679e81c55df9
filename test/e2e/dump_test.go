package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/internal/token"
	"huisheng/models"
)

// secret is something about a person that must not be found anywhere, in any of its spellings.
type secret struct {
	what  string
	forms [][]byte
}

func newSecret(what, text string) secret {
	s := secret{what: what, forms: [][]byte{[]byte(text), []byte(hex.EncodeToString([]byte(text))), []byte(strings.ToUpper(hex.EncodeToString([]byte(text))))}}
	// In base64 a text looks different after 0, 1 and 2 other bytes; its first and last characters depend on what is beside it.
	for lead := range 3 {
		code := base64.RawStdEncoding.EncodeToString(append(make([]byte, lead), text...))
		from := []int{0, 2, 3}[lead]
		to := len(code)
		if (lead+len(text))%3 != 0 {
			to--
		}
		s.forms = append(s.forms, []byte(code[from:to]), []byte(strings.NewReplacer("+", "-", "/", "_").Replace(code[from:to])))
	}
	if escaped := strings.Trim(strconv.QuoteToASCII(text), `"`); escaped != text { // JSON's \u5f20
		wide := utf16.Encode([]rune(text))
		raw := make([]byte, 0, 2*len(wide))
		for _, u := range wide {
			raw = append(raw, byte(u), byte(u>>8))
		}
		s.forms = append(s.forms, []byte(escaped), []byte(url.QueryEscape(text)), raw)
	}
	return s
}

// haystack looks for secrets.
type haystack struct {
	t       *testing.T
	secrets []secret
}

func (h haystack) search(where string, raw []byte) {
	h.t.Helper()
	for _, s := range h.secrets {
		for _, f := range s.forms {
			if i := bytes.Index(raw, f); i >= 0 {
				h.t.Errorf("%s holds %s: %q", where, s.what, raw[max(0, i-40):min(len(raw), i+len(f)+40)])
				return
			}
		}
	}
}

// A search that finds nothing proves something only if it would find it.
func TestSearchFindsEverySpelling(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"欧阳建国", "13800138000", "440101199001010015"} {
		s := newSecret("x", text)
		for lead := range 4 {
			plain := strings.Repeat("z", lead) + text + "!"
			asJSON, err := json.Marshal(plain)
			require.NoError(t, err)
			for _, spelled := range []string{
				plain, hex.EncodeToString([]byte(plain)), base64.StdEncoding.EncodeToString([]byte(plain)), base64.RawURLEncoding.EncodeToString([]byte(plain)),
				string(asJSON), url.QueryEscape(plain), strconv.QuoteToASCII(plain),
			} {
				found := false
				for _, f := range s.forms {
					found = found || strings.Contains(spelled, string(f))
				}
				require.True(t, found, "%s in %s", text, spelled)
			}
		}
	}
}

// logged keeps what processes write.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) all() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf.Bytes())
}

const (
	typedPhone  = "13912345670" // a colleague's own, typed at the staff poster
	writtenText = "班长诸葛德胜收了钱，他的电话是13987654321"
	complained  = "考评员司马建军向每人收三百元，电话13976543210"
	contact     = "请打我爱人的电话13965432109"
	badDocument = "440101199001010010" // its check digit is wrong: a rejected row
)

// After a full run nobody's name, document number, phone or words can be read in the database, in Redis, in the logs or in the metrics. Then the
// key is changed while everything goes on: nothing stays sealed with the old one, and all can still be read.
func TestNothingPersonalInTheDump(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_LOG_LEVEL=debug", "HUISHENG_KEYS_POLL=50ms")
	logs := &logged{}
	s.log = logs
	s.serve("--with-worker")
	people := demo.People(4711, 12)
	h := haystack{t: t, secrets: []secret{
		newSecret("a typed phone", typedPhone), newSecret("an answer", writtenText), newSecret("a complaint", complained), newSecret("a contact", contact),
		newSecret("a name in an answer", "诸葛德胜"), newSecret("a phone in an answer", "13987654321"), newSecret("a rejected document", badDocument),
		newSecret("a rejected name", "上官测试"), newSecret("the password", password),
	}}
	for _, p := range append(people, demo.People(1, 60)...) {
		h.secrets = append(h.secrets, newSecret("the name "+p.Name, p.Name), newSecret("a document", p.Document), newSecret("a phone", p.Phone))
	}
	token := s.liveThrough(people)
	s.searchAll(h, logs)

	out, err := s.command("keys", "rotate", "--provider", seal.ProviderSM4).CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = s.command("keys", "reseal").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
	s.readAfterRotation(token)
	s.searchAll(h, logs)
	s.oldKeyIsUnused()
}

// liveThrough does what people do: a roster with a bad row, a claim, messages, answers with words, a correction, a complaint, a look at the desk. It
// gives the token of who corrected.
func (s *site) liveThrough(people []demo.Person) (token string) {
	t, boss, org := s.t, s.as("enterprise"), s.org("enterprise")
	bad := demo.People(4712, 1)
	bad[0].Name, bad[0].Document = "上官测试", badDocument
	got := s.do(200, "POST", "/api/v1/orgs/"+org+"/roster", boss, rosterFile(t, bad))
	require.Equal(t, 1, number(got["rejected"]), "%v", got)
	batch := s.claim("DUMP-1", people)
	s.eventually("messages", func() bool { return len(s.outbox(batch)) == len(people) })
	messages := s.outbox(batch)
	a, err := s.try("POST", "/api/v1/respond/session", "", map[string]any{"token": "x" + people[0].Phone, "id_tail": people[0].Name})
	require.NoError(t, err)
	require.Less(t, a.status, 500)
	body := feedback(t)
	body["answers"].(models.Answers)[textQuestion(t)] = writtenText
	for i, m := range messages[:6] {
		token = s.session(m, byPhone(people))["respondent_token"].(string)
		s.do(201, "POST", "/api/v1/respond/feedback", token, body, "Idempotency-Key", unique(i))
	}
	body["answers"].(models.Answers)[textQuestion(t)] = writtenText + "。"
	s.do(200, "PATCH", "/api/v1/respond/feedback", token, body)
	s.do(201, "POST", "/api/v1/respond/complaints", token, map[string]any{
		"category": "FEE_VIOLATION", "text": complained, "visibility": "real_name", "contact": contact,
	}, "Idempotency-Key", "complaint-dump")
	s.staff(batch)
	city := s.as("city-440100")
	id := items(s.do(200, "GET", "/api/v1/complaints", city, nil))[0]["id"].(string)
	read := s.do(200, "GET", "/api/v1/complaints/"+id, city, nil)
	raw, err := json.Marshal(read)
	require.NoError(t, err)
	require.Contains(t, string(raw), complained)
	s.do(200, "GET", "/api/v1/orgs/"+org+"/records?limit=50", boss, nil)
	for _, path := range []string{"/console/login?account=" + url.QueryEscape(people[0].Name), "/c?case_no=" + people[0].Document, "/no-such/" + people[0].Phone} {
		_, err := s.try("GET", path, "", nil)
		require.NoError(t, err)
	}
	s.eventually("counted", func() bool { _, c := s.counts(batch); return number(c["submitted"]) >= 6 })
	return token
}

// staff asks for a one-time code at the staff poster with a phone of one's own.
func (s *site) staff(batch string) {
	box, err := seal.Load(s.keys, false)
	require.NoError(s.t, err)
	poster := ident.New(box).Tokens.Make(token.Staff, batch)
	s.do(202, "POST", "/api/v1/respond/session", "", map[string]any{"poster": poster, "phone": typedPhone})
}

func textQuestion(t *testing.T) string {
	cat, err := catalog.Load()
	require.NoError(t, err)
	q, _ := cat.Latest("ENT_PARTICIPANT")
	for _, x := range q.Questions {
		if x.Type == models.QuestionText {
			return x.ID
		}
	}
	t.Fatal("no question in free words")
	return ""
}

// searchAll looks through everything that is kept anywhere. The developer's outbox shows messages on purpose and exists in development only.
func (s *site) searchAll(h haystack, logs *logged) {
	s.t.Helper()
	ctx := context.Background()
	db := s.db()
	names, err := db.ListCollectionNames(ctx, bson.D{})
	require.NoError(s.t, err)
	documents := 0
	for _, name := range names {
		if name == "dev_outbox" {
			continue
		}
		cur, err := db.Collection(name).Find(ctx, bson.D{})
		require.NoError(s.t, err)
		for cur.Next(ctx) {
			documents++
			h.search("collection "+name, cur.Current)
		}
		require.NoError(s.t, cur.Err())
	}
	require.Greater(s.t, documents, 200)
	opt, err := redis.ParseURL(testkit.RedisURL(s.t))
	require.NoError(s.t, err)
	r := redis.NewClient(opt)
	defer func() { _ = r.Close() }()
	keys, err := r.Keys(ctx, "*").Result()
	require.NoError(s.t, err)
	for _, k := range keys {
		h.search("a key of Redis", []byte(k))
		if raw, err := r.Dump(ctx, k).Result(); err == nil { // gone meanwhile is fine
			h.search("the value of Redis's "+k, []byte(raw))
		}
	}
	a, err := s.try("GET", "/metrics", "", nil)
	require.NoError(s.t, err)
	require.Equal(s.t, 200, a.status)
	h.search("metrics", a.body)
	require.NotEmpty(s.t, logs.all())
	h.search("logs", logs.all())
}

// readAfterRotation opens through the serving process what is sealed with the new key now.
func (s *site) readAfterRotation(token string) {
	t, city := s.t, s.as("city-440100")
	id := items(s.do(200, "GET", "/api/v1/complaints", city, nil))[0]["id"].(string)
	raw, err := json.Marshal(s.do(200, "GET", "/api/v1/complaints/"+id, city, nil))
	require.NoError(t, err)
	require.Contains(t, string(raw), complained)
	own := s.do(200, "GET", "/api/v1/respond/feedback", token, nil)
	require.Equal(t, writtenText+"。", own["answers"].(map[string]any)[textQuestion(t)])
	// What is written now is sealed with the new key by the process that never stopped.
	s.claim("DUMP-2", demo.People(4713, 3))
}

func (s *site) oldKeyIsUnused() {
	k, err := seal.ReadFile(s.keys)
	require.NoError(s.t, err)
	require.Len(s.t, k.Sealing, 2)
	sealed := 0
	ctx, db := context.Background(), s.db()
	names, err := db.ListCollectionNames(ctx, bson.D{})
	require.NoError(s.t, err)
	var walk func(where string, v bson.RawValue)
	walk = func(where string, v bson.RawValue) {
		var in bson.Raw
		switch v.Type {
		case bson.TypeBinary:
			_, data := v.Binary()
			if id, ok := seal.KeyOf(data); ok && len(data) > 32 {
				require.NotEqual(s.t, k.Sealing[0].ID, id, where)
				sealed++
			}
			return
		case bson.TypeEmbeddedDocument:
			in = v.Document()
		case bson.TypeArray:
			in = bson.Raw(v.Array())
		default:
			return
		}
		elements, err := in.Elements()
		require.NoError(s.t, err)
		for _, e := range elements {
			walk(where+"."+e.Key(), e.Value())
		}
	}
	for _, name := range names {
		cur, err := db.Collection(name).Find(ctx, bson.D{})
		require.NoError(s.t, err)
		for cur.Next(ctx) {
			walk(name, bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: cur.Current})
		}
		require.NoError(s.t, cur.Err())
	}
	require.Greater(s.t, sealed, 70)
	out, err := s.command("keys", "retire", string(k.Sealing[0].ID)).CombinedOutput()
	require.Error(s.t, err)
	require.Contains(s.t, string(out), "moment ago")
}
