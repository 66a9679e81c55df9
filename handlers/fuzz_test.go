package handlers_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/registry"
	"huisheng/internal/demo"
	"huisheng/models"
)

var (
	fuzzRequests = flag.Int("requests", 2500, "how many requests TestFuzzAPI sends")
	fuzzWorkers  = flag.Int("fuzz-workers", 1, "how many send at once; a run of one alone can be repeated by its seed")
	fuzzSeed     = flag.Uint64("fuzz-seed", 0, "repeats a run of TestFuzzAPI; 0 takes another each time")
)

// absurdities are values that somebody will send one day.
var absurdities = []any{
	nil, true, "", " ", 0, -1, 1e99, 1 << 53, "\x00", "\u202e", "$ne", "{}", "[]", "../../etc/passwd", "'; --", "<script>alert(1)</script>", "=1+1", "NaN",
	"2026-13-45", "9999-12-31", "2026Q9", "长", strings.Repeat("长", 3000), strings.Repeat("A", 70_000),
	[]any{},
	object{},
	object{"$gt": ""},
	[]any{object{"$where": "1"}},
	[]any{[]any{[]any{nil}}},
	"http://169.254.169.254/", "\r\nX-Evil: 1", "１２３", "44010019900101001X",
}

// fuzzer sends random variations of good requests as everybody.
type fuzzer struct {
	*visitor
	rng    *rand.Rand
	tokens map[string]string
	roles  []string
	names  []string // of operations
	pool   []string // ids that exist, ours and others', for addresses
	named  []string // those of the pool that bodies name: what is sent in one is kept, and rightly read again by whoever may read it
	secret []string // words that only the other organisation and its regulators may read, and that no body ever says
	counts map[int]int
	seen   map[string]int // role and class of status: "c 4xx"
}

// other makes an organisation in another city with people of its own, whose traces nobody else may see, and logs its operator in.
func (f *fuzzer) other() {
	made, err := f.app.Registry.Create(context.Background(), models.Principal{Role: models.RoleProvince}, registry.NewOrg{
		Kind: models.OrgEnterprise, Name: "别人的企业", USCC: "91440300MA5TE5T158", Division: "440300", Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(f.t, err)
	org := made.Org.ID
	f.tokens["x"], _ = f.account("boss-x", models.RoleOperator, "440300", org)
	people := demo.People(47, 6)
	for i := range people {
		people[i].Department = "机密车间"
	}
	file, kind := upload(f.t, rosterCSV(f.t, people))
	f.do("POST", "/api/v1/orgs/"+string(org)+"/roster", f.tokens["x"], file, "Content-Type", kind).object(200)
	claim := f.do("POST", "/api/v1/claims", f.tokens["x"], object{
		"claim_no": "机密-1", "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": certificates(people),
	}).object(202)
	require.NoError(f.t, f.app.Outreach.Expand(context.Background(), models.BatchID(claim["batch"].(string))))
	f.named = append(f.named, string(org), claim["claim"].(string))
	f.pool = append(f.pool, string(org), claim["batch"].(string), claim["claim"].(string))
	f.secret = append(f.secret, "机密车间", "机密-1", claim["batch"].(string))
	for _, list := range []string{"/api/v1/orgs/" + string(org) + "/records", "/api/v1/batches/" + claim["batch"].(string) + "/invitations"} {
		for i, x := range f.do("GET", list, f.tokens["x"], nil).object(200)["items"].([]any) {
			id := x.(object)["id"].(string)
			f.pool = append(f.pool, id)
			if i%2 == 0 {
				f.named = append(f.named, id)
			} else {
				f.secret = append(f.secret, id)
			}
		}
	}
}

// alive renews what the fuzzing itself has ended: logins, disabled accounts, changed passwords.
func (f *fuzzer) alive() {
	for role, token := range f.tokens {
		if role == "respondent" || f.do("GET", "/api/v1/auth/me", token, nil).StatusCode == 200 {
			continue
		}
		login := fmt.Sprintf("fuzz-%s-%d", role, f.rng.IntN(1<<30))
		switch role {
		case "p":
			f.tokens[role], _ = f.account(login, models.RoleProvince, models.Province, "")
		case "c":
			f.tokens[role], _ = f.account(login, models.RoleCity, "440100", "")
		case "a":
			f.tokens[role], _ = f.account(login, models.RoleAlliance, models.Province, "")
		case "o":
			org := f.good["GET /api/v1/orgs/{org}"].params["org"]
			f.tokens[role], _ = f.account(login, models.RoleOperator, "440100", models.OrgID(org))
		default:
			f.tokens[role], _ = f.account(login, models.RoleOperator, "440300", models.OrgID(f.pool[0]))
		}
	}
}

func (f *fuzzer) chance(percent int) bool { return f.rng.IntN(100) < percent }

func (f *fuzzer) absurd() any { return absurdities[f.rng.IntN(len(absurdities))] }

// spoilValue changes something somewhere in a JSON value.
func (f *fuzzer) spoilValue(v any) any {
	if f.chance(15) {
		return f.absurd()
	}
	switch x := v.(type) {
	case object:
		o := maps.Clone(x)
		keys := slices.Sorted(maps.Keys(o))
		if len(keys) == 0 || f.chance(5) {
			o["no_such_field"] = f.absurd()
			return o
		}
		k := keys[f.rng.IntN(len(keys))]
		switch {
		case f.chance(10):
			delete(o, k)
		case f.chance(10):
			o[k] = f.named[f.rng.IntN(len(f.named))]
		default:
			o[k] = f.spoilValue(o[k])
		}
		return o
	case []any:
		if len(x) == 0 {
			return []any{f.absurd()}
		}
		list := slices.Clone(x)
		i := f.rng.IntN(len(list))
		list[i] = f.spoilValue(list[i])
		if f.chance(10) {
			list = append(list, list[i])
		}
		return list
	}
	return f.absurd()
}

// path gives the request's address, often with another id or an odd query.
func (f *fuzzer) path(r request) string {
	path := r.path
	for name := range r.params {
		switch {
		case f.chance(25):
			path = r.pathWith(name, url.PathEscape(f.pool[f.rng.IntN(len(f.pool))]))
		case f.chance(8):
			path = r.pathWith(name, url.PathEscape(fmt.Sprint(f.absurd())))
		}
	}
	for _, p := range r.operation.Parameters {
		if p.Value.In != "query" || !f.chance(30) {
			continue
		}
		value := fmt.Sprint(f.absurd())
		if len(p.Value.Schema.Value.Enum) > 0 && f.chance(50) {
			value = fmt.Sprint(p.Value.Schema.Value.Enum[f.rng.IntN(len(p.Value.Schema.Value.Enum))])
		} else if f.chance(30) {
			value = f.pool[f.rng.IntN(len(f.pool))]
		}
		path = query(path, p.Value.Name, value)
	}
	path = path[:min(len(path), 6000)]
	if i := strings.LastIndexByte(path, '%'); i > len(path)-3 && i >= 0 { // not through the middle of a character
		path = path[:i]
	}
	return path
}

func (f *fuzzer) body(r request) any {
	raw, isText := r.body.(string)
	switch {
	case r.body == nil:
		if f.chance(10) {
			return encode(f.absurd())
		}
		return nil
	case isText: // a file
		b := []byte(raw)
		for range f.rng.IntN(5) {
			if len(b) > 0 {
				b[f.rng.IntN(len(b))] = byte(f.rng.IntN(256))
			}
		}
		return string(b)
	case f.chance(15):
		return encode(r.body)
	case f.chance(5):
		whole := encode(r.body)
		return whole[:f.rng.IntN(len(whole))]
	}
	var v any
	_ = json.Unmarshal([]byte(encode(r.body)), &v) // our own encoding
	for range 1 + f.rng.IntN(3) {
		v = f.spoilValue(v)
	}
	return encode(v)
}

// once sends one request and looks at the answer.
func (f *fuzzer) once() {
	name := f.names[f.rng.IntN(len(f.names))]
	r := f.good[name]
	role := f.roles[f.rng.IntN(len(f.roles))]
	if may := slices.Sorted(maps.Keys(callers(r, f.tokens))); f.chance(70) { // mostly those whom the guard lets in
		role = may[f.rng.IntN(len(may))]
	}
	headers := slices.Clone(r.headers)
	if f.chance(20) {
		headers = append(headers, "Idempotency-Key", fmt.Sprintf("fuzz-key-%d", f.rng.IntN(1000)))
	}
	path, body := f.path(r), f.body(r)
	got := f.do(r.method, path, f.tokens[role], body, headers...)
	what := fmt.Sprintf("%s as %s: %s %.300v", name, role, path, body)
	f.counts[got.StatusCode]++
	f.seen[fmt.Sprintf("%s %dxx", role, got.StatusCode/100)]++
	require.Less(f.t, got.StatusCode, 500, "%s: %.300s", what, got.body)
	if got.StatusCode >= 400 {
		require.NotRegexp(f.t, insides, string(got.body), what)
	}
	if role == "p" || role == "x" {
		return
	}
	plain, _ := url.PathUnescape(path) // an address that cannot be read is refused
	sent := path + plain + fmt.Sprint(body)
	for _, word := range f.secret {
		if strings.Contains(string(got.body), word) && !strings.Contains(sent, word) {
			require.Fail(f.t, "another organisation's data", "%s shows %s", what, word)
		}
	}
}

// Random variations of every operation, as every role, about one's own and others' objects: never a failure of ours, nobody reads what is another's,
// and the memory does not grow. `make fuzz` sends a hundred thousand. It runs alone: the memory is the whole process's.
func TestFuzzAPI(t *testing.T) {
	v, tokens := visit(t)
	seed := *fuzzSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	f := &fuzzer{visitor: v, rng: rand.New(rand.NewPCG(seed, 1)), tokens: tokens, counts: map[int]int{}, seen: map[string]int{}}
	t.Logf("repeat with -fuzz-seed %d", seed)
	f.other()
	for _, name := range slices.Sorted(maps.Keys(v.good)) {
		if strings.HasSuffix(name, "/progress") { // streams for as long as one listens
			continue
		}
		f.names = append(f.names, name)
		for _, id := range v.good[name].params {
			f.pool, f.named = append(f.pool, id), append(f.named, id)
		}
	}
	f.roles = append(slices.Sorted(maps.Keys(tokens)), "nobody")
	for range 200 { // whatever is kept for good is kept by now
		f.once()
	}
	before := heap()
	f.spread(*fuzzRequests, *fuzzWorkers, seed)
	f.alive()
	require.Equal(t, 200, f.do("GET", "/livez", "", nil).StatusCode)
	after := heap()
	require.Less(t, after, before+64<<20, "memory that is kept")
	for _, status := range []int{200, 400, 401, 403, 404} {
		require.Positive(t, f.counts[status], "no request was answered with %d: %v", status, f.counts)
	}
	t.Logf("%d requests, no 5xx, nobody read another's; heap %d → %d MiB; by status %v; by role %v", *fuzzRequests, before>>20, after>>20, f.counts, f.seen)
}

// spread sends n requests from several fuzzers, each with its own random numbers and logins, and adds up what they saw.
func (f *fuzzer) spread(n, workers int, seed uint64) {
	var all sync.WaitGroup
	parts := make([]*fuzzer, workers)
	for w := range parts {
		part := *f
		part.rng, part.tokens = rand.New(rand.NewPCG(seed, uint64(w+2))), maps.Clone(f.tokens)
		part.counts, part.seen = map[int]int{}, map[string]int{}
		parts[w] = &part
		all.Go(func() {
			for i := range n / workers {
				if i%500 == 0 {
					part.alive()
					part.clock.Add(time.Minute) // limits of rate let go
				}
				part.once()
			}
		})
	}
	all.Wait()
	require.False(f.t, f.t.Failed()) // a worker that failed has said why
	for _, part := range parts {
		for k, v := range part.counts {
			f.counts[k] += v
		}
		for k, v := range part.seen {
			f.seen[k] += v
		}
	}
	maps.Copy(f.tokens, parts[0].tokens)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
