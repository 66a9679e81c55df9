package complaint

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"huisheng/app/respond"
	"huisheng/internal/photo"
	"huisheng/models"
)

const (
	fileWait   = 24 * time.Hour // how long a photo waits for its complaint
	maxWaiting = 12             // photos a session may have waiting: room to change one's mind
	decoders   = 1              // pictures decoded at once: a phone's takes a quarter of a second, and memory is dearer than that
)

// Upload is a photo as sent.
type Upload struct {
	Content io.ReaderAt
	Size    int64
	Key     string // idempotency key of the caller
}

// AddFile cleans and stores a photo, to be named in a complaint of the same session within a day. The same photo under the same key gives the same
// id; another one gives ErrFileDiffers. What is wrong with a photo is one of the ErrPhoto errors.
func (s *Service) AddFile(ctx context.Context, c respond.Claims, in Upload) (models.FileID, error) {
	if len(in.Key) < 8 || len(in.Key) > 128 {
		return "", models.ErrInvalid.WithFields(badKey())
	}
	if in.Size > photo.MaxBytes {
		return "", models.ErrPhotoLarge
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(in.Content, 0, in.Size)); err != nil {
		return "", fmt.Errorf("read upload: %w", err)
	}
	f := models.File{
		ID: models.FileID(s.ident.Derive("file", string(c.Response), in.Key)), Owner: s.owner(c),
		Digest: s.ident.Digest("file", string(sum.Sum(nil))), CreatedAt: s.now(),
	}
	if err := s.sameFile(ctx, f); !errors.Is(err, models.ErrNotFound) {
		return f.ID, err
	}
	n, err := s.store.CountFiles(ctx, f.Owner)
	if err != nil {
		return "", err
	}
	if n >= maxWaiting {
		return "", models.ErrFilesMany
	}
	if ok, retry := s.limiter.Allow(ctx, "photos/"+string(c.Response), photosPerPerson); !ok {
		return "", models.ErrTooMany.With("retry_after", int(retry/time.Second)+1)
	}
	clean, err := s.photos.Clean(ctx, io.NewSectionReader(in.Content, 0, in.Size), in.Size)
	if err != nil {
		return "", err
	}
	if f.Content, err = s.box.Seal(clean, filePlace(f.ID)); err != nil {
		return "", err
	}
	f.PurgeAt = f.CreatedAt.Add(fileWait)
	if err = s.store.CreateFile(ctx, f); errors.Is(err, models.ErrConflict) { // a parallel retry was faster
		err = s.sameFile(ctx, f)
	}
	return f.ID, err
}

// sameFile compares with the photo that is stored under the id: ErrNotFound when there is none.
func (s *Service) sameFile(ctx context.Context, f models.File) error {
	digest, err := s.store.FileDigest(ctx, f.ID)
	if err != nil {
		return err
	}
	if !hmac.Equal(digest, f.Digest) {
		return models.ErrFileDiffers
	}
	return nil
}

// owner tells the photos of one session from those of others. It is keyed and of this use alone, so it equals no id that is stored elsewhere.
func (s *Service) owner(c respond.Claims) []byte {
	return s.ident.Digest("file owner", string(c.Response))
}

func filePlace(id models.FileID) string { return "file/" + string(id) }

// checkFiles judges the list of photos as such.
func checkFiles(ids []models.FileID) (wrong []models.FieldError) {
	if len(ids) > models.MaxComplaintFiles {
		wrong = append(wrong, models.FieldError{
			Field: "files", Code: "too_many", Message: fmt.Sprintf("最多可以附%d张照片，请去掉几张。", models.MaxComplaintFiles),
		})
	}
	if len(slices.Compact(slices.Sorted(slices.Values(ids)))) < len(ids) {
		wrong = append(wrong, models.FieldError{Field: "files", Code: "repeated", Message: "同一张照片附了两次，请去掉一张。"})
	}
	return wrong
}

// reserve gives the photos to a complaint that is inserted next. If that never happens they wait another day, for the same submission again.
func (s *Service) reserve(ctx context.Context, c respond.Claims, complaint models.ComplaintID, files []models.FileID) error {
	for i, id := range files {
		err := s.store.ReserveFile(ctx, id, s.owner(c), complaint, s.now().Add(fileWait))
		if errors.Is(err, models.ErrNotFound) {
			return models.ErrFileUnknown.WithFields(models.FieldError{
				Field: "files[" + strconv.Itoa(i) + "]", Code: models.ErrFileUnknown.Code, Message: models.ErrFileUnknown.Message,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep makes the photos of an inserted complaint permanent.
func (s *Service) keep(ctx context.Context, doc models.Complaint) {
	if len(doc.Files) > 0 {
		_ = s.store.KeepFiles(ctx, doc.ID, doc.Files) // the complaint is filed and names them: the job does what failed here
	}
}

// KeepFiles repairs what an interrupted submission left: photos that a complaint has are kept, those that none has are deleted a day after they came
// or were last asked for. It may be run by several processes at once.
func (s *Service) KeepFiles(ctx context.Context) error {
	const page = 200
	now := s.now() // before looking, so that nothing reserved meanwhile counts as expired
	after := models.FileID("")
	for {
		list, err := s.store.ReservedFiles(ctx, after, page)
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := s.keepIfFiled(ctx, f); err != nil {
				return err // and delete nothing: a photo that could not be looked at may be a complaint's
			}
			after = f.ID
		}
		if len(list) < page {
			return s.store.PurgeFiles(ctx, now)
		}
	}
}

func (s *Service) keepIfFiled(ctx context.Context, f models.File) error {
	c, err := s.store.FindComplaint(ctx, models.SystemScope(), f.Complaint)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	case !c.HasFile(f.ID):
		return nil
	}
	return s.store.KeepFiles(ctx, c.ID, []models.FileID{f.ID})
}

// Photo gives the n-th photo of a complaint, from 1, as a JPEG, to an official in whose scope it is. Looking is recorded first.
func (s *Service) Photo(ctx context.Context, p models.Principal, id models.ComplaintID, n int) ([]byte, error) {
	if err := officialsOnly(p); err != nil {
		return nil, err
	}
	c, err := s.store.FindCase(ctx, desk(p), id)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > len(c.Files) {
		return nil, models.ErrNotFound
	}
	f, err := s.store.FindFile(ctx, c.Files[n-1])
	if err != nil {
		return nil, err
	}
	if f.Complaint != c.ID {
		return nil, models.ErrNotFound.Because(fmt.Errorf("file %s belongs to another complaint", f.ID))
	}
	err = s.record(ctx, p, c, models.AuditPhotoRead, map[string]string{"n": strconv.Itoa(n)})
	if err != nil {
		return nil, err
	}
	return s.box.Open(f.Content, filePlace(f.ID))
}
