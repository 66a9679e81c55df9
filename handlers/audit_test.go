package handlers_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// The log is searched by object, by actor and by time, page by page.
func TestAuditLogIsSearched(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.province()
	me := s.do("GET", "/api/v1/auth/me", p, nil).object(200)["id"].(string)
	one := s.org(models.OrgEnterprise, "91440101MA5TE5T07H", "440106", models.AffiliationCity)
	s.clock.Add(2 * time.Minute)
	at := s.clock.Now()
	other := s.org(models.OrgEnterprise, "91440300MA5TE5T158", "440300", models.AffiliationCity)
	for range 3 {
		s.do("PATCH", "/api/v1/orgs/"+string(one), p, object{"name": "改名集团"}).object(200)
	}
	search := func(pairs ...string) (items []any, next string) {
		t.Helper()
		q := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		got := s.do("GET", "/api/v1/audit?"+q.Encode(), p, nil).object(200)
		next, _ = got["next"].(string)
		return got["items"].([]any), next
	}
	all, _ := search("object", "org/"+string(one))
	require.Len(t, all, 4)
	first, next := search("object", "org/"+string(one), "limit", "3")
	require.Len(t, first, 3)
	rest, none := search("object", "org/"+string(one), "limit", "3", "after", next)
	require.Equal(t, all, append(first, rest...))
	require.Empty(t, none)
	mine, _ := search("actor", me, "action", "org_changed")
	require.Len(t, mine, 3)
	later, _ := search("from", at.Format(time.RFC3339), "object", "org/"+string(other))
	require.Len(t, later, 1)
	earlier, _ := search("until", at.Format(time.RFC3339), "object", "org/"+string(other))
	require.Empty(t, earlier)
	bad := s.do("GET", "/api/v1/audit?from=yesterday", p, nil).problem(400, "invalid")
	require.Equal(t, "from", bad["errors"].([]any)[0].(object)["field"])
}
