package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/internal/testkit"
	"huisheng/models/store"
)

// contents gives a hash of every collection's documents, by id, and of its indexes.
func contents(t *testing.T, db *mongo.Database) map[string]string {
	t.Helper()
	names, err := db.ListCollectionNames(t.Context(), bson.D{})
	require.NoError(t, err)
	all := map[string]string{}
	for _, name := range names {
		cursor, err := db.Collection(name).Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		require.NoError(t, err)
		sum, n := sha256.New(), 0
		for cursor.Next(t.Context()) {
			sum.Write(cursor.Current)
			n++
		}
		require.NoError(t, cursor.Err())
		specs, err := db.Collection(name).Indexes().ListSpecifications(t.Context())
		require.NoError(t, err)
		all[name] = fmt.Sprint(n, hex.EncodeToString(sum.Sum(nil)), len(specs))
	}
	return all
}

func quiet(store.BackupLine) {}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	from, db := testkit.Raw(t)
	for _, name := range []string{"responses", "tallies", "audit", "something_new"} {
		var docs []any
		for i := range 2345 {
			docs = append(docs, bson.D{
				{Key: "_id", Value: fmt.Sprint(name, i)},
				{Key: "n", Value: int64(i)},
				{Key: "f", Value: 1.5},
				{Key: "at", Value: time.Now()},
				{Key: "bytes", Value: []byte{0, 1, 2}},
				{Key: "deep", Value: bson.D{{Key: "list", Value: bson.A{"一", nil, true}}}},
			})
		}
		_, err := db.Collection(name).InsertMany(t.Context(), docs)
		require.NoError(t, err)
	}
	_, err := db.Collection("dev_outbox").InsertOne(t.Context(), bson.D{{Key: "text", Value: "in the clear"}})
	require.NoError(t, err)

	var file bytes.Buffer
	var order []string
	require.NoError(t, from.Backup(t.Context(), &file, func(l store.BackupLine) { order = append(order, l.Collection) }))
	require.Equal(t, "audit", order[len(order)-1])
	require.Less(t, file.Len(), 1<<20)
	lines, err := store.CheckBackup(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	require.Len(t, lines, len(order))

	into, other := testkit.Raw(t)
	require.NoError(t, into.Restore(t.Context(), bytes.NewReader(file.Bytes()), quiet))
	_, err = db.Collection("dev_outbox").DeleteMany(t.Context(), bson.D{})
	require.NoError(t, err)
	require.Equal(t, contents(t, db), contents(t, other))

	require.ErrorIs(t, into.Restore(t.Context(), bytes.NewReader(file.Bytes()), quiet), store.ErrNotEmpty)
	require.Equal(t, contents(t, db), contents(t, other), "refusing changes nothing")
}

// A backup that was cut off anywhere, or in which a byte was changed, is known as broken, and nothing of it stays in the database.
func TestBrokenBackups(t *testing.T) {
	t.Parallel()
	from, db := testkit.Raw(t)
	for i := range 50 {
		_, err := db.Collection("orgs").InsertOne(t.Context(), bson.D{{Key: "_id", Value: fmt.Sprint(i)}, {Key: "uscc", Value: fmt.Sprint("u", i)}})
		require.NoError(t, err)
	}
	var file bytes.Buffer
	require.NoError(t, from.Backup(t.Context(), &file, quiet))
	raw := file.Bytes()
	for i := 0; i < len(raw); i += 1 + len(raw)/40 {
		_, err := store.CheckBackup(bytes.NewReader(raw[:i]))
		require.ErrorIs(t, err, store.ErrBackupBroken, "cut off at %d", i)
		changed := bytes.Clone(raw)
		changed[i] ^= 0x5a
		if _, err := store.CheckBackup(bytes.NewReader(changed)); i > 9 { // the first ten bytes are gzip's: its time and system do not matter
			require.ErrorIs(t, err, store.ErrBackupBroken, "changed at %d", i)
		}
	}
	into, other := testkit.Raw(t)
	require.ErrorIs(t, into.Restore(t.Context(), bytes.NewReader(raw[:len(raw)-20]), quiet), store.ErrBackupBroken)
	n, err := other.Collection("orgs").CountDocuments(t.Context(), bson.D{})
	require.NoError(t, err)
	require.Zero(t, n)
}
