package models

import (
	"strings"
	"testing"
)

func TestSMSParts(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want int
	}{
		{"empty", "", 0},
		{"one", "字", 1},
		{"70", strings.Repeat("字", 70), 1},
		{"71", strings.Repeat("字", 71), 2},
		{"134", strings.Repeat("字", 134), 2},
		{"135", strings.Repeat("字", 135), 3},
		{"160", strings.Repeat("字", 160), 3},
		{"latin counts the same", strings.Repeat("a", 71), 2},
		{"rare character takes two", strings.Repeat("字", 69) + "𠮷", 2},
		{"broken UTF-8 still counts", strings.Repeat("\xff", 71), 2},
	} {
		if got := SMSParts(c.text); got != c.want {
			t.Errorf("%s: SMSParts = %d, want %d", c.name, got, c.want)
		}
	}
}

// The texts that the service sends must stay one part each: a second part doubles the bill.
func TestSMSLengthOfRealTexts(t *testing.T) {
	for text, want := range map[string]int{
		"【广东技能评价】您的技能评价补贴已受理，请在12月25日前打开 jnpj.example.cn/f 输入码7K3M9Q填写反馈。": 64,
		"【广东技能评价】请在12月25日前打开 jnpj.example.cn/f 输入码7K3M9Q，填写实习情况和对学校的评价。":   62,
		"【广东技能评价】您的反馈还没填，12月25日截止。打开 jnpj.example.cn/f 输入码7K3M9Q，约3分钟。":    61,
		"【广东技能评价】您反映的事项已受理，编号TS2612050001，查询进度 jnpj.example.cn/c 。":        57,
		"【广东技能评价】验证码482913，5分钟内有效，请勿告诉他人。":                                 32,
	} {
		if got := SMSLength(text); got != want {
			t.Errorf("SMSLength(%q) = %d, want %d", text, got, want)
		}
		if SMSParts(text) != 1 {
			t.Errorf("%q is more than one part", text)
		}
	}
}
