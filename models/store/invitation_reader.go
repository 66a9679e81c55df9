package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// invitationReader reads invitations by id, many in one round trip.
type invitationReader = grouper[models.InvitationID, bson.Raw]

func newInvitationReader(col *mongo.Collection) *invitationReader {
	return newGrouper(func(ctx context.Context, group []*grouped[models.InvitationID, bson.Raw]) {
		if len(group) == 1 {
			group[0].out, group[0].err = col.FindOne(ctx, bson.D{{Key: "_id", Value: group[0].in}}).Raw()
			return
		}
		found, err := findInvitations(ctx, col, group)
		for _, c := range group {
			switch doc, ok := found[c.in]; {
			case err != nil:
				c.err = err
			case !ok:
				c.err = mongo.ErrNoDocuments
			default:
				c.out = doc
			}
		}
	})
}

func findInvitations(ctx context.Context, col *mongo.Collection, group []*grouped[models.InvitationID, bson.Raw]) (map[models.InvitationID]bson.Raw, error) {
	ids := make([]models.InvitationID, len(group))
	for i, c := range group {
		ids[i] = c.in
	}
	cur, err := col.Find(ctx, bson.D{{Key: "_id", Value: among(ids)}}, options.Find().SetBatchSize(groupMax))
	if err != nil {
		return nil, err //nolint:wrapcheck // FindInvitation says what failed
	}
	var docs []bson.Raw
	if err := cur.All(ctx, &docs); err != nil {
		return nil, err //nolint:wrapcheck // as above
	}
	found := make(map[models.InvitationID]bson.Raw, len(docs))
	for _, d := range docs {
		id, _ := d.Lookup("_id").StringValueOK()
		found[models.InvitationID(id)] = d
	}
	return found, nil
}

// FindInvitation reads one invitation by id, as it is after the call: the one read behind opening a link.
func (s *Store) FindInvitation(ctx context.Context, id models.InvitationID) (inv models.Invitation, err error) {
	doc, err := s.reader.do(ctx, id)
	if err == nil {
		err = bson.Unmarshal(doc, &inv)
	}
	return inv, wrap("find invitation", err)
}
