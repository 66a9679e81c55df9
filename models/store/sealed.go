package store

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Collections lists the collections that there are, by name.
func (s *Store) Collections(ctx context.Context) ([]string, error) {
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	return names, wrap("list collections", err)
}

// Binary is one binary value in a document, with the path that an update needs: history.0.texts.
type Binary struct {
	Path  string
	Value []byte
}

// Binaries is the binary values of one document.
type Binaries struct {
	ID     string // empty when the document's id is no text
	Values []Binary

	raw bson.Raw
}

// Text reads a text field of the document by its path; empty when there is none.
func (b Binaries) Text(path ...string) string {
	s, _ := b.raw.Lookup(path...).StringValueOK()
	return s
}

// WalkBinaries gives every document of a collection that holds binary values of at least least bytes to see, in the order of ids after the given one.
// It reads what is stored, whatever the code knows of it, so that nothing is overlooked.
func (s *Store) WalkBinaries(ctx context.Context, collection, after string, least int, see func(Binaries) error) error {
	filter := bson.D{}
	if after != "" {
		filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}
	}
	for {
		// Pages instead of one long cursor: the work on a page may take a while, and photos are large.
		cur, err := s.col(collection).Find(ctx, filter, findSorted("_id").SetLimit(walkPage))
		var page []bson.Raw
		if err == nil {
			err = cur.All(ctx, &page)
		}
		if err != nil {
			return wrap("walk "+collection, err)
		}
		for _, doc := range page {
			b := Binaries{raw: doc}
			b.ID, _ = doc.Lookup("_id").StringValueOK()
			collect(doc, "", least, &b.Values)
			if len(b.Values) == 0 {
				continue
			}
			if err := see(b); err != nil {
				return err
			}
		}
		if len(page) < walkPage {
			return nil
		}
		filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: page[len(page)-1].Lookup("_id")}}}}
	}
}

const walkPage = 100

// collect gathers the binary values of a document or list and of all within.
func collect(doc bson.Raw, prefix string, least int, into *[]Binary) {
	elements, err := doc.Elements()
	if err != nil {
		return // a document that cannot be read has nothing that could be replaced
	}
	for i, e := range elements {
		path := prefix + e.Key()
		if e.Key() == "" {
			path = prefix + strconv.Itoa(i)
		}
		v := e.Value()
		switch v.Type {
		case bson.TypeBinary:
			if _, data := v.Binary(); len(data) >= least {
				*into = append(*into, Binary{Path: path, Value: data})
			}
		case bson.TypeEmbeddedDocument:
			collect(v.Document(), path+".", least, into)
		case bson.TypeArray:
			collect(bson.Raw(v.Array()), path+".", least, into)
		default:
		}
	}
}

// ReplaceBinary puts another value in the place of exactly this one; false when somebody changed or removed it meanwhile, and nothing was done. It
// touches nothing else of the document: no version, no moment of change, so that no job takes it for news.
func (s *Store) ReplaceBinary(ctx context.Context, collection, id, path string, old, replacement []byte) (bool, error) {
	res, err := s.col(collection).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: path, Value: old}},
		bson.D{{Key: "$set", Value: bson.D{{Key: path, Value: replacement}}}})
	if err != nil {
		return false, wrap("replace "+collection+"."+path, err)
	}
	return res.MatchedCount == 1, nil
}
