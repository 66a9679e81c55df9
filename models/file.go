package models

import "time"

// FileID names a photo of a complaint; a keyed hash of the session and the upload's idempotency key, so that a retry meets the first one.
type FileID string

// MaxComplaintFiles is how many photos a complaint may have.
const MaxComplaintFiles = 3

// File is a photo that belongs, or is to belong, to a complaint. It is made anew from what was uploaded, without any metadata, and sealed.
//
// A file has three stages: uploaded (Owner and PurgeAt), reserved by a complaint that is about to be inserted (Complaint as well), and kept
// (Complaint alone). The complaint's insert is the commit; keeping is derived from it and can be done again at any time.
//
// What links it to a person: while it waits, Owner, a keyed hash of the response's id, which is itself a keyed hash of the invitation; with the
// database alone it leads to nobody, and it serves to tell that two waiting files came from one session. A kept file has lost it, so that the
// photos of an anonymous complaint cannot be laid beside those of a real-name one. What remains is what every complaint has: the moment, and
// what the picture itself shows.
type File struct {
	ID        FileID      `bson:"_id"`
	Owner     []byte      `bson:"owner,omitempty"`     // until it is kept
	Complaint ComplaintID `bson:"complaint,omitempty"` // from its reservation on
	Measure   MeasureID   `bson:"measure,omitempty"`   // instead: the case of supervision that it was sent for
	Content   []byte      `bson:"content"`             // sealed JPEG, additional data file/<id>
	Digest    []byte      `bson:"digest"`              // keyed, of the bytes uploaded: the same again gets the same id
	Media     string      `bson:"media,omitempty"`     // of an organisation's paper; a photo is a JPEG
	CreatedAt time.Time   `bson:"created_at"`
	PurgeAt   time.Time   `bson:"purge_at,omitempty"` // until it is kept
}

// The errors of photos.
var (
	ErrPhotoType   = NewError(KindUnsupported, "photo_type", "只能上传 JPEG、PNG 或 WebP 格式的照片，请换一张。", "Only JPEG, PNG and WebP pictures can be used; please choose another.")
	ErrPhotoHEIC   = NewError(KindUnsupported, "photo_heic", "这是 HEIC 格式的照片，暂时不能用。请给它截一张图，再上传截图；或者在手机的「设置 > 相机 > 格式」里选「兼容性最佳」后重拍。", "HEIC photos cannot be used. Take a screenshot of it and upload that, or choose Settings > Camera > Formats > Most Compatible and take it again.")
	ErrPhotoBroken = NewError(KindInvalid, "photo_broken", "这张照片打不开，可能没有传完整，请重新选择。", "This picture cannot be opened; it may be incomplete. Please choose it again.")
	ErrPhotoPixels = NewError(KindInvalid, "photo_pixels", "这张照片的尺寸太大了，请给它截一张图，再上传截图。", "This picture has too many pixels; take a screenshot of it and upload that.")
	ErrPhotoLarge  = NewError(KindTooLarge, "photo_large", "照片不能超过8MB，请给它截一张图，再上传截图。", "A picture may have at most 8 MB; take a screenshot of it and upload that.")
	ErrPaperType   = NewError(KindUnsupported, "paper_type", "只能附 PDF 文件，或 JPEG、PNG、WebP 格式的照片，请换一个文件。", "Only PDF files and JPEG, PNG or WebP pictures can be attached; please choose another.")
	ErrPaperLarge  = NewError(KindTooLarge, "paper_large", "每个文件不能超过8MB，请压缩后再附。", "A file may have at most 8 MB; please make it smaller.")
	ErrFileDiffers = NewError(KindConflict, "file_differs", "这次上传与之前同一编号的照片不同，请重新选择照片。", "The same key was used for another picture.")
	ErrFileUnknown = NewError(KindNotFound, "file_unknown", "有一张照片没有找到，可能已经过期，请重新选择照片。", "A picture was not found; it may have expired. Please choose it again.")
	ErrFilesMany   = NewError(KindTooMany, "files_many", "您上传的照片太多了，请明天再试，或先提交已选的照片。", "Too many pictures are waiting; try again tomorrow, or submit those you have.")
)
