package models

// Trainee is one person's assessment as a subsidy platform knows it: enough to ask the person, who need not be on the organisation's roster yet.
type Trainee struct {
	Name           string `json:"name"`
	DocumentType   string `json:"document_type"` // empty: 居民身份证
	Document       string `json:"document"`
	Phone          string `json:"phone"`
	Occupation     string `json:"occupation"`
	OccupationCode string `json:"occupation_code"`
	Level          string `json:"level"`
	Certificate    string `json:"certificate"`
	IssuedOn       string `json:"issued_on"`
	ExamSite       string `json:"exam_site"`
	ExamRegion     string `json:"exam_region"`
	Course         string `json:"course"`
}
