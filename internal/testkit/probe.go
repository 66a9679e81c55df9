package testkit

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models/store"
)

// Doc is a document or a filter as tests write it. The fields of a nested one are written in any order: where the program compares the whole value, give its own type.
type Doc = map[string]any

// Probe looks into a database, and changes it as a crash or a stranger would, around the store. Each method fails the test on an error.
type Probe struct {
	t  testing.TB
	db *mongo.Database
}

// Probed is Store with a probe beside it.
func Probed(t testing.TB) (*store.Store, Probe) {
	t.Helper()
	s, db := Raw(t)
	return s, Probe{t: t, db: db}
}

// Count gives how many documents match.
func (p Probe) Count(collection string, filter Doc) int {
	p.t.Helper()
	n, err := p.db.Collection(collection).CountDocuments(p.t.Context(), filter)
	require.NoError(p.t, err)
	return int(n)
}

// First reads one document that matches into v.
func (p Probe) First(collection string, filter Doc, v any) {
	p.t.Helper()
	require.NoError(p.t, p.db.Collection(collection).FindOne(p.t.Context(), filter).Decode(v))
}

// Set changes fields of the one document with this id.
func (p Probe) Set(collection, id string, fields Doc) {
	p.t.Helper()
	res, err := p.db.Collection(collection).UpdateOne(p.t.Context(), Doc{"_id": id}, Doc{"$set": fields})
	require.NoError(p.t, err)
	require.EqualValues(p.t, 1, res.MatchedCount, "%s %s", collection, id)
}

// Insert adds a document.
func (p Probe) Insert(collection string, d Doc) {
	p.t.Helper()
	_, err := p.db.Collection(collection).InsertOne(p.t.Context(), d)
	require.NoError(p.t, err)
}

// InsertAll adds many documents.
func (p Probe) InsertAll(collection string, docs []Doc) {
	p.t.Helper()
	_, err := p.db.Collection(collection).InsertMany(p.t.Context(), docs)
	require.NoError(p.t, err)
}

// Delete removes what matches and gives how many documents that were.
func (p Probe) Delete(collection string, filter Doc) int {
	p.t.Helper()
	res, err := p.db.Collection(collection).DeleteMany(p.t.Context(), filter)
	require.NoError(p.t, err)
	return int(res.DeletedCount)
}

// Unique allows one document for each value of a field from now on.
func (p Probe) Unique(collection, field string) {
	p.t.Helper()
	_, err := p.db.Collection(collection).Indexes().CreateOne(p.t.Context(), mongo.IndexModel{Keys: Doc{field: 1}, Options: options.Index().SetUnique(true)})
	require.NoError(p.t, err)
}

// Bytes reads a binary value within a document; positions in lists are written as numbers.
func Bytes(t testing.TB, doc map[string]any, path ...string) []byte {
	t.Helper()
	raw, err := bson.Marshal(doc)
	require.NoError(t, err)
	v, err := bson.Raw(raw).LookupErr(path...)
	require.NoError(t, err, "%v", path)
	_, data, ok := v.BinaryOK()
	require.True(t, ok, "%v is no binary value", path)
	return data
}
