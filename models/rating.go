package models

import "time"

// Rating is a department's rating of one assessed person (用工部门评价, questionnaire ENT_DEPT). It counts only once the
// assessment office has handed in the batch's ratings (集中统一反馈): see Batch.RatingsIn.
type Rating struct {
	ID            string           `bson:"_id"` // the invitation's id: one rating a person and batch; a later one replaces it until handed in
	Batch         BatchID          `bson:"batch"`
	Org           OrgID            `bson:"org"`
	Region        string           `bson:"region"`
	Record        RecordID         `bson:"record"`
	Department    string           `bson:"department"`
	Questionnaire QuestionnaireRef `bson:"questionnaire"`
	Slice         Slice            `bson:"slice,omitempty"` // occupation and level
	Answers       map[string]any   `bson:"answers"`
	Anchor        time.Time        `bson:"anchor"`
	Via           string           `bson:"via"`      // ViaSheet or ViaPhone
	Revision      int              `bson:"revision"` // how often it was changed
	ChangedAt     time.Time        `bson:"changed_at"`
}

// How a rating came.
const (
	ViaSheet = "sheet"
	ViaPhone = "phone"
)

// The errors of rating.
var (
	ErrNoRatings    = NewError(KindConflict, "ratings_not_for_kind", "只有企业的批次需要用工部门评价。", "Only batches of enterprises have department ratings.")
	ErrNotToRate    = NewError(KindNotFound, "not_to_rate", "这一批（或本部门）的名单里没有这个人，请刷新后再试。", "This person is not on the list of this round or department.")
	ErrRatingsEmpty = NewError(KindConflict, "ratings_empty", "还没有任何评价，不能统一提交。", "There are no ratings to hand in yet.")
)

// ErrRatingsIn says that the ratings were handed in and are frozen.
var ErrRatingsIn = NewError(KindConflict, "ratings_handed_in", "这一批的部门评价已经统一提交，不能再修改。", "The ratings of this batch were handed in and are frozen.")
