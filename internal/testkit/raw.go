package testkit

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
	client, err := mongo.Connect(options.Client().ApplyURI(MongoURI(t)))
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = client.Disconnect(ctx) // it only read and wrote for the test
	})
	return s, client.Database(name)
}
