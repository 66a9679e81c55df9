package store

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// A backup is a gzipped stream of frames: a byte that says what follows, and a BSON document, which knows its own length.
const (
	frameHead       = 'H' // what this is
	frameCollection = 'C' // a collection begins
	frameDocument   = 'D' // one of its documents, as the server gave it
	frameSum        = 'S' // the collection ends: how many documents, and their hash
	frameEnd        = 'E' // nothing follows; without it the stream was cut off
)

const (
	backupKind    = "huisheng-backup"
	backupVersion = 1
	maxFrame      = 48 << 20 // the protocol's longest message
	restoreBatch  = 1000
)

// backupFirst and backupLast hold the order in which a backup reads a database that goes on living. Marks come first: whatever is read after a
// watermark and is newer will be looked at again. What points comes before what it points at (answers before batches), so that nothing in
// the copy points at something that is missing. What was shown to organisations and the log come last, so that they hold all that the rest implies.
var (
	backupFirst = []string{colMarks, colResponses, colRatings, colComplaints, colFiles, colDeliveries, colInvitations, colBatches, colClaims}
	backupLast  = []string{colTallies, colRollups, colAudit}
	backupNever = []string{colOutbox} // the developer's page of messages in the clear
)

// BackupLine is what a backup holds of one collection. Sum is the SHA-256 of its documents in the order of the file.
type BackupLine struct {
	Collection string `bson:"collection"`
	Documents  int64  `bson:"documents"`
	Sum        string `bson:"sum"`
}

type backupHead struct {
	Kind    string    `bson:"kind"`
	Version int       `bson:"version"`
	At      time.Time `bson:"at"`
}

// ErrBackupBroken says that a file is no backup, was cut off or was changed.
var ErrBackupBroken = errors.New("this is not a whole backup")

// ErrNotEmpty says that a backup would be restored over something.
var ErrNotEmpty = errors.New("the database is not empty; restore into a new one")

// Backup streams every document to w while the program goes on working; it needs no more memory than a page of documents. Sealed fields stay sealed:
// the key file is kept elsewhere. progress is told each collection when it is done.
func (s *Store) Backup(ctx context.Context, w io.Writer, progress func(BackupLine)) error {
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return wrap("backup: list collections", err)
	}
	zipped := gzip.NewWriter(w)
	out := bufio.NewWriterSize(zipped, 1<<20)
	if err := writeFrame(out, frameHead, backupHead{backupKind, backupVersion, time.Now().UTC()}); err != nil {
		return err
	}
	for _, name := range backupOrder(names) {
		line, err := s.backupCollection(ctx, out, name)
		if err != nil {
			return err
		}
		progress(line)
	}
	if err := writeFrame(out, frameEnd, bson.D{}); err != nil {
		return err
	}
	return errors.Join(out.Flush(), zipped.Close())
}

func backupOrder(names []string) []string {
	place := func(name string) int {
		if i := slices.Index(backupFirst, name); i >= 0 {
			return i - len(backupFirst)
		}
		return slices.Index(backupLast, name) + 1 // 0: in between
	}
	order := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(backupNever, n) })
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	return order
}

func (s *Store) backupCollection(ctx context.Context, out io.Writer, name string) (BackupLine, error) {
	line := BackupLine{Collection: name}
	if err := writeFrame(out, frameCollection, line); err != nil {
		return line, err
	}
	cursor, err := s.col(name).Find(ctx, bson.D{})
	if err != nil {
		return line, wrap("backup of "+name, err)
	}
	defer func() { _ = cursor.Close(ctx) }() // it only read
	sum := sha256.New()
	for cursor.Next(ctx) {
		if err := writeRaw(out, frameDocument, cursor.Current); err != nil {
			return line, err
		}
		sum.Write(cursor.Current) // a hash never fails
		line.Documents++
	}
	if err := cursor.Err(); err != nil {
		return line, wrap("backup of "+name, err)
	}
	line.Sum = hex.EncodeToString(sum.Sum(nil))
	return line, writeFrame(out, frameSum, line)
}

func writeFrame(w io.Writer, kind byte, v any) error {
	raw, err := bson.Marshal(v)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return writeRaw(w, kind, raw)
}

func writeRaw(w io.Writer, kind byte, raw []byte) error {
	if _, err := w.Write([]byte{kind}); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// CheckBackup reads a backup to its end and gives what it holds, or ErrBackupBroken. It needs no database.
func CheckBackup(r io.Reader) ([]BackupLine, error) {
	return readBackup(r, func(string, bson.Raw) error { return nil }, func(BackupLine) error { return nil })
}

// Restore fills an empty database with a backup that CheckBackup has found whole. Indexes are there before the first document: Open makes them. What an
// error leaves behind is dropped again.
func (s *Store) Restore(ctx context.Context, r io.Reader, progress func(BackupLine)) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	var batch []any
	flush := func(name string) error {
		if len(batch) == 0 {
			return nil
		}
		_, err := s.col(name).InsertMany(ctx, batch)
		batch = batch[:0]
		return wrap("restore "+name, err)
	}
	_, err := readBackup(r, func(name string, doc bson.Raw) error {
		batch = append(batch, slices.Clone(doc))
		if len(batch) < restoreBatch {
			return nil
		}
		return flush(name)
	}, func(line BackupLine) error {
		if err := flush(line.Collection); err != nil {
			return err
		}
		progress(line)
		return nil
	})
	if err != nil {
		return errors.Join(err, s.DropDatabase(context.WithoutCancel(ctx)))
	}
	return nil
}

func (s *Store) empty(ctx context.Context) error {
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return wrap("restore: list collections", err)
	}
	for _, name := range names {
		err := s.col(name).FindOne(ctx, bson.D{}).Err()
		if err == nil {
			return fmt.Errorf("%w: there is something in %s", ErrNotEmpty, name)
		}
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return wrap("restore: look into "+name, err)
		}
	}
	return nil
}

// backupReader is the state of reading a backup.
type backupReader struct {
	in   *bufio.Reader
	buf  []byte
	line BackupLine
	sum  hash.Hash
}

func readBackup(r io.Reader, document func(collection string, doc bson.Raw) error, done func(BackupLine) error) ([]BackupLine, error) {
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, broken("%v", err)
	}
	b := &backupReader{in: bufio.NewReaderSize(zipped, 1<<20), sum: sha256.New()}
	if err := b.head(); err != nil {
		return nil, err
	}
	var lines []BackupLine
	for {
		kind, raw, err := b.frame()
		if err != nil {
			return lines, err
		}
		switch kind {
		case frameCollection:
			b.line, err = b.begin(raw)
		case frameDocument:
			b.sum.Write(raw)
			b.line.Documents++
			err = document(b.line.Collection, raw)
		case frameSum:
			if err = b.check(raw); err == nil {
				lines = append(lines, b.line)
				err = done(b.line)
			}
		case frameEnd:
			if _, err := b.in.ReadByte(); !errors.Is(err, io.EOF) { // gzip's own check sum comes with the end
				return lines, broken("something follows its end")
			}
			return lines, nil
		default:
			err = broken("a frame of kind %q", kind)
		}
		if err != nil {
			return lines, err
		}
	}
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBackupBroken, fmt.Sprintf(format, args...))
}

func (b *backupReader) head() error {
	kind, raw, err := b.frame()
	if err != nil {
		return err
	}
	var h backupHead
	if kind != frameHead || bson.Unmarshal(raw, &h) != nil || h.Kind != backupKind {
		return broken("it does not begin like one")
	}
	if h.Version != backupVersion {
		return broken("it is of version %d, this program reads %d", h.Version, backupVersion)
	}
	return nil
}

func (b *backupReader) begin(raw bson.Raw) (BackupLine, error) {
	var line BackupLine
	if bson.Unmarshal(raw, &line) != nil || line.Collection == "" {
		return line, broken("a collection without a name")
	}
	b.sum.Reset()
	return BackupLine{Collection: line.Collection}, nil
}

// check compares what was read of a collection with what was written.
func (b *backupReader) check(raw bson.Raw) error {
	var want BackupLine
	b.line.Sum = hex.EncodeToString(b.sum.Sum(nil))
	if bson.Unmarshal(raw, &want) != nil || want != b.line {
		return broken("%s holds %d documents that are not those that were written", b.line.Collection, b.line.Documents)
	}
	return nil
}

// frame reads the next frame; raw is good until the next call.
func (b *backupReader) frame() (kind byte, raw bson.Raw, err error) {
	if kind, err = b.in.ReadByte(); err != nil {
		return 0, nil, broken("it ends too early")
	}
	var length [4]byte
	if _, err = io.ReadFull(b.in, length[:]); err != nil {
		return 0, nil, broken("it ends too early")
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n < 5 || n > maxFrame {
		return 0, nil, broken("a document of %d bytes", n)
	}
	if cap(b.buf) < int(n) {
		b.buf = make([]byte, n)
	}
	b.buf = b.buf[:n]
	copy(b.buf, length[:])
	if _, err = io.ReadFull(b.in, b.buf[4:]); err != nil {
		return 0, nil, broken("it ends too early")
	}
	if bson.Raw(b.buf).Validate() != nil {
		return 0, nil, broken("a document that is none")
	}
	return kind, b.buf, nil
}
