package models

import "time"

// Record is one assessment record (评价记录, 人次): one person, one occupation, one level, at one organisation.
// Everything that names the person is sealed; the MACs are keyed hashes that let the phone prove the person without opening the seal.
type Record struct {
	ID        RecordID `bson:"_id"`
	Org       OrgID    `bson:"org"`
	Kind      OrgKind  `bson:"kind"`
	Region    string   `bson:"region"` // supervising region
	Person    PersonID `bson:"person"`
	Identity  []byte   `bson:"identity"`   // sealed Identity, additional data: record id
	TailMAC   []byte   `bson:"tail_mac"`   // of the document's last 4 characters
	PosterMAC []byte   `bson:"poster_mac"` // of normalised name and last 6
	PhoneMAC  []byte   `bson:"phone_mac"`

	Department     string `bson:"department,omitempty"`
	Post           string `bson:"post,omitempty"`
	Occupation     string `bson:"occupation,omitempty"`
	OccupationCode string `bson:"occupation_code,omitempty"`
	Level          string `bson:"level,omitempty"`
	Certificate    string `bson:"certificate,omitempty"` // unique within the organisation
	IssuedOn       string `bson:"issued_on,omitempty"`   // 2006-01-02
	Method         string `bson:"method,omitempty"`
	AssessedOn     string `bson:"assessed_on,omitempty"`

	Major       string `bson:"major,omitempty"`
	Class       string `bson:"class,omitempty"`
	StudentNo   string `bson:"student_no,omitempty"`
	Company     string `bson:"company,omitempty"`
	CompanyPost string `bson:"company_post,omitempty"`
	InternStart string `bson:"intern_start,omitempty"`
	InternEnd   string `bson:"intern_end,omitempty"`
	GraduatesOn string `bson:"graduates_on,omitempty"`
	ExamSite    string `bson:"exam_site,omitempty"`
	ExamRegion  string `bson:"exam_region,omitempty"`
	Course      string `bson:"course,omitempty"`

	Digest    []byte    `bson:"digest"` // keyed hash of all columns: equal means the import changes nothing
	Anchor    string    `bson:"anchor"` // 2006-01-02, the day that puts the record into a period: issued, else assessed, else imported
	CreatedAt time.Time `bson:"created_at"`
	UpdatedAt time.Time `bson:"updated_at"`
}

// Identity is what a record's seal holds.
type Identity struct {
	Name     string `json:"n"`
	DocType  string `json:"t"`
	Document string `json:"d"`
	Phone    string `json:"p"` // E.164
}

// ErrCertificateTaken says that a certificate number belongs to another record of the organisation.
var ErrCertificateTaken = NewError(KindConflict, "certificate_taken", "这个证书编号已属于另一条评价记录。", "This certificate number belongs to another record.")
