package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Link previews and scanners are not people: opening every page that a message, a QR or a curious browser leads to changes no document.
func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	batch := items(s.do(200, "GET", "/api/v1/batches", s.as("enterprise"), nil))[0]["id"].(string)
	s.eventually("messages", func() bool { return len(s.outbox(batch)) == 40 })
	link := strings.TrimPrefix(s.outbox(batch)[0]["link"].(string), "http://"+s.addr)
	s.eventually("counts have settled", func() bool { _, c := s.counts(batch); return number(c["delivered"]) == 40 })
	before := s.everything()
	for _, path := range []string{link, link + "?lang=en", "/f", "/c", "/", "/docs", "/openapi.json", "/readyz", "/dev/outbox"} {
		for _, method := range []string{"GET", "HEAD"} {
			for range 3 {
				a, err := s.try(method, path, "", nil, "Accept", "text/html", "User-Agent", "WeChat link preview")
				require.NoError(t, err)
				require.Less(t, a.status, 500, path)
			}
		}
	}
	require.Equal(t, before, s.everything())
}

// everything dumps what people and their answers consist of.
func (s *site) everything() map[string]string {
	s.t.Helper()
	dump := map[string]string{}
	for _, col := range []string{"invitations", "deliveries", "responses", "phones", "onetime", "complaints", "ratings", "records", "claims"} {
		cur, err := s.db().Collection(col).Find(context.Background(), bson.D{})
		require.NoError(s.t, err)
		for cur.Next(context.Background()) {
			dump[col+"/"+cur.Current.Lookup("_id").String()] = cur.Current.String()
		}
		require.NoError(s.t, cur.Err())
	}
	return dump
}
