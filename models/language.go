package models

// Language is one in which the phone's pages speak.
type Language struct {
	Code string `json:"code"` // zh, en
	HTML string `json:"html"` // for the lang of pages: zh-CN
	Name string `json:"name"` // as it calls itself: 中文
}
