package web

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"reflect"
	"strings"

	// The strict successor of encoding/json, from its authors; Go has it only behind an experiment as yet. It refuses unknown and repeated
	// members, other capitals and invalid UTF-8, and says where.
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// errJSON is a body that is no JSON; its extra member `offset` says at which byte.
var errJSON = models.NewError(models.KindInvalid, "malformed_json", "提交的内容不是有效的 JSON。", "The body is not valid JSON.")

// Bind reads the body as one JSON object into a T, strictly: an unknown member or a wrong type is an error that names the field. If T has a
// method `Validate() []models.FieldError` it is called. Every failure is a *models.Error of kind Invalid, or 415 for another content type.
func Bind[T any](c *fiber.Ctx) (T, error) {
	var in, none T
	if err := needJSON(c); err != nil {
		return none, err
	}
	body := bytes.TrimLeft(c.Request().Body(), " \t\r\n")
	switch {
	case len(body) == 0:
		return none, errJSON.With("offset", 0)
	case body[0] != '{' && jsontext.Value(body).IsValid():
		return none, invalid("", "wrong_type", "内容应为一个 JSON 对象。")
	case body[0] != '{':
		return none, errJSON.With("offset", 0)
	}
	if err := json.Unmarshal(body, &in, json.RejectUnknownMembers(true)); err != nil {
		return none, bindError(err)
	}
	if v, ok := any(&in).(interface{ Validate() []models.FieldError }); ok {
		if fields := v.Validate(); len(fields) > 0 {
			return none, models.ErrInvalid.WithFields(fields...)
		}
	}
	return in, nil
}

func needJSON(c *fiber.Ctx) error {
	h := &c.Request().Header
	if ct := string(h.ContentType()); ct != fiber.MIMEApplicationJSON {
		media, params, err := mime.ParseMediaType(ct)
		charset := strings.ToLower(params["charset"])
		if err != nil || media != fiber.MIMEApplicationJSON || charset != "" && charset != "utf-8" {
			return &statusError{fiber.StatusUnsupportedMediaType, errMedia}
		}
	}
	if len(h.Peek(fiber.HeaderContentEncoding)) > 0 { // a small body must not become a large one
		return &statusError{fiber.StatusUnsupportedMediaType, errMedia}
	}
	return nil
}

// bindError locates what is wrong. The parser's own text goes nowhere, not even into the log: it may quote the input.
func bindError(err error) error {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return invalid(fieldOf(syntax.JSONPointer), "duplicate_field", "这一项出现了两次。")
	case errors.As(err, &syntax):
		return errJSON.With("offset", syntax.ByteOffset)
	case errors.As(err, &semantic) && errors.Is(semantic.Err, json.ErrUnknownName):
		return invalid(fieldOf(semantic.JSONPointer), "unknown_field", "没有这一项，请检查名称。")
	case errors.As(err, &semantic):
		return invalid(fieldOf(semantic.JSONPointer), "wrong_type", "类型不对，这里应为"+typeName(semantic.GoType)+"。")
	}
	return errJSON
}

func invalid(field, code, message string) *models.Error {
	return models.ErrInvalid.WithFields(models.FieldError{Field: field, Code: code, Message: message})
}

// fieldOf writes /filing/occupations/0/code as filing.occupations[0].code.
func fieldOf(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "" && b.Len() > 0:
			fmt.Fprintf(&b, "[%s]", token)
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}

func typeName(t reflect.Type) string {
	if t == nil {
		return "别的类型"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch k := t.Kind(); {
	case k == reflect.String:
		return "文字"
	case k == reflect.Bool:
		return " true 或 false"
	case k >= reflect.Int && k <= reflect.Uint64:
		return "整数"
	case k == reflect.Float32 || k == reflect.Float64:
		return "数字"
	case k == reflect.Slice || k == reflect.Array:
		return "列表"
	}
	return "对象"
}
