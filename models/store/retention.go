package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// Due is what a rule of retention finds: documents of a collection whose time is over. Count and the methods that act use the same filter, so that a
// dry run tells what a real one does.
type Due struct {
	col    string
	filter bson.D
}

func before(field string, t time.Time) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$gt", Value: time.Time{}}, {Key: "$lt", Value: t}}}
}

// DueTokens is the invitations whose round ended before t and that still can be opened.
func DueTokens(t time.Time) Due {
	return Due{colInvitations, bson.D{{Key: "retained", Value: nil}, before("closes_at", t)}}
}

// DueIdentities is the invitations whose round ended before t and that still lead to a person.
func DueIdentities(t time.Time) Due {
	return Due{colInvitations, bson.D{{Key: "retained", Value: models.RetainedTokens}, before("closes_at", t)}}
}

// DueDeliveries is the messages that ended before t and still have what the provider said.
func DueDeliveries(t time.Time) Due {
	return Due{colDeliveries, bson.D{before("done_at", t), {Key: "provider_id", Value: bson.D{{Key: "$exists", Value: true}}}}}
}

// DueComplaints is the complaints that ended before t (severe ones before s) and still hold words and people.
func DueComplaints(t, s time.Time) Due {
	return Due{colComplaints, bson.D{
		{Key: "state", Value: among(bson.A{models.ComplaintClosed, models.ComplaintWithdrawn})},
		{Key: "erased_at", Value: bson.D{{Key: "$exists", Value: false}}},
		{Key: "$or", Value: bson.A{bson.D{{Key: "severe", Value: bson.D{{Key: "$ne", Value: true}}}, before("changed_at", t)}, bson.D{{Key: "severe", Value: true}, before("changed_at", s)}}},
	}}
}

// DueAmounts is the answers to forms with exact amounts that were submitted before t and may still hold one.
func DueAmounts(t time.Time, forms []models.QuestionnaireRef) Due {
	refs := bson.A{}
	for _, f := range forms {
		refs = append(refs, f)
	}
	return Due{colResponses, bson.D{
		{Key: "questionnaire", Value: among(refs)}, before("submitted_at", t), {Key: "banded", Value: bson.D{{Key: "$ne", Value: true}}},
	}}
}

// DueContacts is the contacts that were removed, or not, and last changed before t, and still say who they are.
func DueContacts(t time.Time, removed bool) Due {
	is := bson.D{{Key: "$ne", Value: true}}
	if removed {
		is = bson.D{{Key: "$eq", Value: true}}
	}
	return Due{colContacts, bson.D{{Key: "removed", Value: is}, {Key: "erased", Value: bson.D{{Key: "$ne", Value: true}}}, before("updated_at", t)}}
}

// DuePapers is the papers that organisations sent for cases of supervision before t.
func DuePapers(t time.Time) Due {
	return Due{colFiles, bson.D{{Key: "measure", Value: bson.D{{Key: "$exists", Value: true}}}, before("created_at", t)}}
}

// DueAlerts is the alerts that last changed before t and still say whom they are about.
func DueAlerts(t time.Time) Due {
	return Due{colAlerts, bson.D{{Key: "erased", Value: bson.D{{Key: "$ne", Value: true}}}, before("changed_at", t)}}
}

// EraseContacts takes name and phone out of contacts that did not change since t, and asks them no more. Doing it again is harmless.
func (s *Store) EraseContacts(ctx context.Context, ids []string, t time.Time) error {
	_, err := s.col(colContacts).UpdateMany(ctx, bson.D{{Key: "_id", Value: among(ids)}, before("updated_at", t)}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "removed", Value: true}, {Key: "erased", Value: true}, {Key: "phone_mac", Value: []byte{}}}},
		{Key: "$unset", Value: bson.D{{Key: "identity", Value: ""}}},
	})
	return wrap("erase contacts", err)
}

// EraseAlerts takes out of alerts that did not change since t whom they are about and what was noted.
func (s *Store) EraseAlerts(ctx context.Context, ids []string, t time.Time) error {
	_, err := s.col(colAlerts).UpdateMany(ctx, bson.D{{Key: "_id", Value: among(ids)}, before("changed_at", t)}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "erased", Value: true}}},
		{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}},
		{Key: "$unset", Value: bson.D{{Key: "record", Value: ""}, {Key: "company", Value: ""}, {Key: "note", Value: ""}, {Key: "seen_by", Value: ""}, {Key: "seen_name", Value: ""}}},
	})
	return wrap("erase alerts", err)
}

// BandResponse replaces the sealed part of an answer and of its earlier states, if nobody corrected it since it was read, and marks it. An empty part is
// removed. It is no news for the jobs: figures change when they are next computed for another reason.
func (s *Store) BandResponse(ctx context.Context, r models.Response) (bool, error) {
	set := bson.D{{Key: "banded", Value: true}}
	if len(r.Texts) > 0 {
		set = append(set, bson.E{Key: "texts", Value: r.Texts})
	}
	if len(r.History) > 0 {
		set = append(set, bson.E{Key: "history", Value: r.History})
	}
	change := bson.D{{Key: "$set", Value: set}}
	if len(r.Texts) == 0 {
		change = append(change, bson.E{Key: "$unset", Value: bson.D{{Key: "texts", Value: ""}}})
	}
	res, err := s.col(colResponses).UpdateOne(ctx, bson.D{{Key: "_id", Value: r.ID}, {Key: "revision", Value: r.Revision}}, change)
	if err != nil {
		return false, wrap("band response", err)
	}
	return res.MatchedCount == 1, nil
}

// CountDue counts what is due.
func (s *Store) CountDue(ctx context.Context, d Due) (int, error) {
	n, err := s.col(d.col).CountDocuments(ctx, d.filter)
	return int(n), wrap("count what is due in "+d.col, err)
}

// DueIDs lists some of what is due.
func (s *Store) DueIDs(ctx context.Context, d Due, limit int) ([]string, error) {
	cur, err := s.col(d.col).Find(ctx, d.filter, options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	var list []struct {
		ID string `bson:"_id"`
	}
	if err == nil {
		err = cur.All(ctx, &list)
	}
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	return ids, wrap("list what is due in "+d.col, err)
}

// gone is what stands in a field that is unique and must not say anything any more.
func gone(id string) string { return "gone/" + id }

// StripInvitations takes away what opens invitations. Doing it again is harmless.
func (s *Store) StripInvitations(ctx context.Context, ids []string) error {
	writes := make([]mongo.WriteModel, len(ids))
	for i, id := range ids {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: id}, {Key: "retained", Value: nil}}).SetUpdate(bson.D{
			{Key: "$set", Value: bson.D{{Key: "code_mac", Value: []byte(gone(id))}, {Key: "retained", Value: models.RetainedTokens}}},
			{Key: "$unset", Value: bson.D{{Key: "tail_mac", Value: ""}, {Key: "poster_mac", Value: ""}, {Key: "phone_mac", Value: ""}}},
		})
	}
	_, err := s.col(colInvitations).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	return wrap("strip invitations", err)
}

// ForgetDeliveries takes away what the provider said of messages.
func (s *Store) ForgetDeliveries(ctx context.Context, ids []string) error {
	_, err := s.col(colDeliveries).UpdateMany(ctx, bson.D{{Key: "_id", Value: among(ids)}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: "provider_id", Value: ""}, {Key: "note", Value: ""}, {Key: "phone_mac", Value: ""}}}})
	return wrap("forget deliveries", err)
}

// NewerInvitation says whether a record has an invitation whose round ended at t or later, so that its identity is still needed.
func (s *Store) NewerInvitation(ctx context.Context, r models.RecordID, t time.Time) (bool, error) {
	n, err := s.col(colInvitations).CountDocuments(ctx, bson.D{{Key: "record", Value: r}, {Key: "closes_at", Value: bson.D{{Key: "$gte", Value: t}}}}, options.Count().SetLimit(1))
	return n > 0, wrap("look for newer invitation", err)
}

// EraseIdentity puts a sealed nobody in the place of a record's person and takes away what finds the person. The person's id becomes one that
// other records of the person do not share. Doing it again is harmless.
func (s *Store) EraseIdentity(ctx context.Context, r models.RecordID, nobody []byte, person models.PersonID) error {
	_, err := s.col(colRecords).UpdateOne(ctx, bson.D{{Key: "_id", Value: r}, {Key: "erased", Value: bson.D{{Key: "$ne", Value: true}}}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "identity", Value: nobody}, {Key: "person", Value: person}, {Key: "digest", Value: []byte{}}, {Key: "erased", Value: true}}},
		{Key: "$unset", Value: bson.D{
			{Key: "tail_mac", Value: ""}, {Key: "poster_mac", Value: ""}, {Key: "phone_mac", Value: ""}, {Key: "certificate", Value: ""}, {Key: "student_no", Value: ""},
		}},
	})
	return wrap("erase identity", err)
}

// UnlinkInvitation cuts an invitation off its record.
func (s *Store) UnlinkInvitation(ctx context.Context, id models.InvitationID) error {
	_, err := s.col(colInvitations).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "record", Value: gone(string(id))}, {Key: "retained", Value: models.RetainedIdentity}}}})
	return wrap("unlink invitation", err)
}

// ComplaintBinaries reads the binary values of a complaint, with its version.
func (s *Store) ComplaintBinaries(ctx context.Context, id models.ComplaintID) (Binaries, error) {
	raw, err := s.col(colComplaints).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
	b := Binaries{ID: string(id), raw: raw}
	if err == nil {
		collect(raw, "", 1, &b.Values)
	}
	return b, wrap("read complaint", err)
}

// EraseComplaint sets and removes fields of a complaint, if nobody changed it since it was read, and marks it as erased.
func (s *Store) EraseComplaint(ctx context.Context, b Binaries, set map[string][]byte, remove []string, at time.Time) (bool, error) {
	fields := bson.D{{Key: "erased_at", Value: at}}
	for path, v := range set {
		fields = append(fields, bson.E{Key: path, Value: v})
	}
	change := bson.D{{Key: "$set", Value: fields}}
	if len(remove) > 0 {
		gone := bson.D{}
		for _, path := range remove {
			gone = append(gone, bson.E{Key: path, Value: ""})
		}
		change = append(change, bson.E{Key: "$unset", Value: gone})
	}
	res, err := s.col(colComplaints).UpdateOne(ctx, bson.D{{Key: "_id", Value: b.ID}, {Key: "version", Value: b.raw.Lookup("version")}}, change)
	if err != nil {
		return false, wrap("erase complaint", err)
	}
	return res.MatchedCount == 1, nil
}

// Texts lists the paths of the text fields of the document with one of the names, at any depth.
func (b Binaries) Texts(names ...string) (paths []string) {
	walkTexts(b.raw, "", names, &paths)
	return paths
}

func walkTexts(doc bson.Raw, prefix string, names []string, into *[]string) {
	elements, err := doc.Elements()
	if err != nil {
		return
	}
	for _, e := range elements {
		v := e.Value()
		switch v.Type {
		case bson.TypeString:
			for _, n := range names {
				if e.Key() == n {
					*into = append(*into, prefix+e.Key())
				}
			}
		case bson.TypeEmbeddedDocument:
			walkTexts(v.Document(), prefix+e.Key()+".", names, into)
		case bson.TypeArray:
			walkTexts(bson.Raw(v.Array()), prefix+e.Key()+".", names, into)
		default:
		}
	}
}

// DeleteFilesOf deletes the photos of a complaint.
func (s *Store) DeleteFilesOf(ctx context.Context, id models.ComplaintID) error {
	_, err := s.col(colFiles).DeleteMany(ctx, bson.D{{Key: "complaint", Value: id}})
	return wrap("delete files of complaint", err)
}
