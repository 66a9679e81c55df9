package testkit

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
	"huisheng/models/store"
)

// Raw is Store with a handle that goes around it, for tests of what is found when somebody changes the database by hand.
func Raw(t testing.TB) (*store.Store, *mongo.Database) {
	t.Helper()
	name := "t_" + strings.ToLower(models.NewID())
	s := open(t, name)
	return s, connect(t).Database(name)
}

func connect(t testing.TB) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(MongoURI(t)))
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = client.Disconnect(ctx) // it only read and wrote for the test
	})
	return client
}

// keepExpired takes the expiry off every index that has one: the server compares with its own clock, a test's clock may stand at any day, and
// what the server finds long expired would go while the test still needs it.
func keepExpired(ctx context.Context, t testing.TB, name string) {
	t.Helper()
	db := connect(t).Database(name)
	names, err := db.ListCollectionNames(ctx, bson.D{})
	require.NoError(t, err)
	for _, col := range names {
		list, err := db.Collection(col).Indexes().ListSpecifications(ctx)
		require.NoError(t, err)
		for _, x := range list {
			if x.ExpireAfterSeconds != nil {
				require.NoError(t, db.Collection(col).Indexes().DropOne(ctx, x.Name))
			}
		}
	}
}
